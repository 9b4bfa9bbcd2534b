import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOllama, Ollama, OllamaEmbeddings } from '@langchain/ollama';
import { z } from 'zod';
import * as given from './setting.mjs';

const settings = { baseUrl: given.inference, model: given.model, temperature: 0, numPredict: 120, maxRetries: 0 };
const chat = new ChatOllama({ ...settings, think: false });
const weather = tool(() => given.weatherResult, {
  name: 'get_weather',
  description: 'Get the current weather for a city',
  schema: z.object({ city: z.string().describe('The city') }),
});

test('invoke answers with usage', async () => {
  const answer = await chat.invoke([new SystemMessage('You are helpful.'), new HumanMessage('Hello')]);
  assert.ok(answer.content.length > 0);
  assert.ok(answer.usage_metadata.input_tokens > 0 && answer.usage_metadata.output_tokens > 0);
  assert.equal(answer.response_metadata.done_reason, 'stop');
});

test('stream adds up to the same answer', async () => {
  const whole = await chat.invoke('Hello');
  const parts = [];
  for await (const part of await chat.stream('Hello')) parts.push(part.content);
  assert.ok(parts.length > 2);
  assert.equal(parts.join(''), whole.content);
});

test('batch answers in order', async () => {
  const answers = await chat.batch(['Hello', 'What is 2 plus 3?']);
  assert.match(answers[0].content, /Hello/);
  assert.match(answers[1].content, /5/);
});

test('thinking is kept apart', async () => {
  const answer = await new ChatOllama({ ...settings, think: true }).invoke('Hello');
  assert.ok(answer.additional_kwargs.reasoning_content.length > 0);
  assert.match(answer.content, /Hello/);
});

test('a bound tool is called, run and told', async () => {
  const bound = chat.bindTools([weather]);
  const question = new HumanMessage(given.weatherQuestion.content);
  const call = await bound.invoke([question]);
  assert.equal(call.tool_calls.length, 1);
  assert.deepEqual(call.tool_calls[0].args, { city: 'Paris' });
  const result = await weather.invoke(call.tool_calls[0]);
  assert.ok(result instanceof ToolMessage);
  assert.match((await bound.invoke([question, call, result])).content, /18 degrees/);
});

test('structured output by a schema of zod', async () => {
  const person = chat.withStructuredOutput(z.object({ name: z.string(), age: z.number().int() }), { method: 'jsonSchema' });
  const answer = await person.invoke(given.personQuestion.content);
  assert.deepEqual(Object.keys(answer), ['name', 'age']);
  assert.ok(Number.isInteger(answer.age));
  const json = await new ChatOllama({ ...settings, think: false, format: 'json' }).invoke(given.personQuestion.content);
  assert.equal(typeof JSON.parse(json.content), 'object');
});

test('the completion class, whole and streamed', async () => {
  const completion = new Ollama(settings);
  const whole = await completion.invoke('Hello');
  let streamed = '';
  for await (const part of await completion.stream('Hello')) streamed += part;
  assert.ok(whole.length > 0);
  assert.equal(streamed, whole);
});

test('abort ends a streamed answer', async () => {
  const own = new AbortController();
  const endless = new ChatOllama({ ...settings, numPredict: 800 });
  await assert.rejects(async () => {
    for await (const part of await endless.stream('Hello', { signal: own.signal })) {
      assert.ok(part);
      own.abort();
    }
  });
});

test('embeddings of documents and of a query', { skip: !given.embedder && 'no embedding model' }, async () => {
  const embeddings = new OllamaEmbeddings({ baseUrl: given.inference, model: given.embedder });
  const documents = await embeddings.embedDocuments(['a cat', 'tax law']);
  assert.equal(documents.length, 2);
  const query = await embeddings.embedQuery('a cat');
  const distance = query.reduce((sum, value, i) => sum + (value - documents[0][i]) ** 2, 0);
  assert.ok(distance < 1e-4);
});

test('errors keep the words of the server', async () => {
  const nosuch = new ChatOllama({ ...settings, model: 'nosuch' });
  await assert.rejects(nosuch.invoke('Hello'), /model 'nosuch' not found/);
  const seen = new HumanMessage({
    content: [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: `data:image/png;base64,${given.picture}` },
    ],
  });
  await assert.rejects(chat.invoke([seen]), /does not support multimodal/);
});
