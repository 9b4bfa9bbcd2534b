import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ollama } from 'ollama';
import * as given from './setting.mjs';

const ollama = new Ollama({ host: given.inference });
const { model, exact, hello } = given;

async function collected(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

test('chat answers with metrics', async () => {
  const answer = await ollama.chat({ model, messages: hello, think: false, options: exact });
  assert.equal(answer.model, model);
  assert.equal(answer.message.role, 'assistant');
  assert.match(answer.message.content, /Hello/);
  assert.equal(answer.done_reason, 'stop');
  assert.ok(answer.eval_count > 0 && answer.prompt_eval_count > 0 && answer.total_duration > 0);
  assert.ok(!Number.isNaN(new Date(answer.created_at).getTime()));
});

test('streamed chat says the same in parts', async () => {
  const whole = await ollama.chat({ model, messages: hello, think: false, options: exact });
  const parts = await collected(await ollama.chat({ model, messages: hello, think: false, stream: true, options: exact }));
  assert.ok(parts.length > 2);
  assert.equal(parts.map((part) => part.message.content).join(''), whole.message.content);
  assert.ok(parts.slice(0, -1).every((part) => !part.done));
  assert.ok(parts.at(-1).done);
});

test('thinking comes apart from the answer, and before it', async () => {
  const parts = await collected(await ollama.chat({ model, messages: hello, think: true, stream: true, options: exact }));
  const thinking = parts.map((part) => part.message.thinking ?? '');
  const content = parts.map((part) => part.message.content);
  assert.ok(thinking.join('').length > 0);
  assert.match(content.join(''), /Hello/);
  assert.ok(!content.join('').includes('<think>'));
  assert.ok(thinking.findLastIndex(Boolean) < content.findIndex(Boolean));
});

test('abort ends a streamed answer', async () => {
  const own = new Ollama({ host: given.inference });
  const options = { temperature: 0, num_predict: 800, stop: ['never said'] };
  const stream = await own.chat({ model, messages: hello, stream: true, options });
  await assert.rejects(async () => {
    for await (const part of stream) {
      assert.ok(part.message);
      stream.abort();
    }
  }, { name: 'AbortError' });
});

test('generate, streamed and whole, and on with its context', async () => {
  const whole = await ollama.generate({ model, prompt: 'Hello', think: false, options: exact });
  assert.match(whole.response, /Hello/);
  assert.ok(whole.context.length > 0);
  const parts = await collected(
    await ollama.generate({ model, prompt: 'Hello', think: false, stream: true, options: exact }),
  );
  assert.equal(parts.map((part) => part.response).join(''), whole.response);
  const next = await ollama.generate({ model, prompt: 'Who are you?', context: whole.context, think: false, options: exact });
  assert.ok(next.prompt_eval_count > 0 && next.response.length > 0);
  const raw = await ollama.generate({ model, prompt: 'Hello', raw: true, options: { ...exact, num_predict: 4 } });
  assert.equal(raw.context, undefined);
});

test('generate without a prompt loads, ps tells it, keep_alive 0 unloads', async () => {
  const loaded = await ollama.generate({ model, prompt: '', keep_alive: '5m' });
  assert.equal(loaded.response, '');
  assert.equal(loaded.done_reason, 'load');
  const running = (await ollama.ps()).models.find((each) => each.model === `${model}:latest`);
  assert.ok(running.size > 0 && running.digest && new Date(running.expires_at) > new Date());
  const unloaded = await ollama.generate({ model, prompt: '', keep_alive: 0 });
  assert.equal(unloaded.done_reason, 'unload');
});

test('a tool is called, and its result is told', async () => {
  const ask = { model, tools: [given.weatherTool], options: exact };
  const call = await ollama.chat({ ...ask, messages: [given.weatherQuestion] });
  assert.equal(call.message.tool_calls.length, 1);
  assert.equal(call.message.tool_calls[0].function.name, 'get_weather');
  assert.deepEqual(call.message.tool_calls[0].function.arguments, { city: 'Paris' });
  const result = { role: 'tool', tool_name: 'get_weather', content: given.weatherResult };
  const told = await ollama.chat({ ...ask, messages: [given.weatherQuestion, call.message, result] });
  assert.match(told.message.content, /18 degrees/);
  assert.equal(told.message.tool_calls, undefined);
  const parts = await collected(await ollama.chat({ ...ask, messages: [given.weatherQuestion], stream: true }));
  assert.equal(parts.flatMap((part) => part.message.tool_calls ?? []).length, 1);
});

test('format: json and a schema', async () => {
  const ask = { model, messages: [given.personQuestion], think: false, options: exact };
  assert.equal(typeof JSON.parse((await ollama.chat({ ...ask, format: 'json' })).message.content), 'object');
  const person = JSON.parse((await ollama.chat({ ...ask, format: given.personSchema })).message.content);
  assert.deepEqual(Object.keys(person), ['name', 'age']);
  assert.ok(Number.isInteger(person.age));
  const thought = await ollama.chat({ ...ask, think: true, format: given.personSchema });
  assert.ok(thought.message.thinking.length > 0);
  assert.ok(Number.isInteger(JSON.parse(thought.message.content).age));
});

test('logprobs with alternatives', async () => {
  const answer = await ollama.chat({
    model, messages: hello, think: false, logprobs: true, top_logprobs: 3, options: exact,
  });
  assert.ok(answer.logprobs.length > 0);
  assert.ok(answer.logprobs.every((each) => each.logprob <= 0 && each.top_logprobs.length === 3));
});

test('embed one and several, dimensions, the old call', { skip: !given.embedder && 'no embedding model' }, async () => {
  const several = await ollama.embed({ model: given.embedder, input: ['a cat', 'a kitten', 'tax law'] });
  assert.equal(several.embeddings.length, 3);
  const [cat, kitten, law] = several.embeddings;
  const product = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  assert.ok(Math.abs(product(cat, cat) - 1) < 1e-3);
  assert.ok(product(cat, kitten) > product(cat, law));
  assert.equal((await ollama.embed({ model: given.embedder, input: 'x', dimensions: 64 })).embeddings[0].length, 64);
  assert.equal((await ollama.embeddings({ model: given.embedder, prompt: 'x' })).embedding.length, cat.length);
});

test('list, show and version', async () => {
  const listed = (await ollama.list()).models.find((each) => each.name === `${model}:latest`);
  assert.ok(listed.size > 0 && listed.digest.length === 64 && listed.details.family === 'qwen3');
  const shown = await ollama.show({ model });
  assert.deepEqual([...shown.capabilities].sort(), ['completion', 'thinking', 'tools']);
  assert.equal(shown.details.format, 'gguf');
  assert.equal(shown.model_info['general.architecture'], 'qwen3');
  assert.ok(shown.template.length > 0);
  assert.match((await ollama.version()).version, /^\d+\.\d+\.\d+/);
});

test('create from a GGUF file and from a model, copy, delete', async () => {
  const bytes = readFileSync(given.gguf);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const url = `${given.inference}/api/blobs/${digest}`;
  const sent = await fetch(url, { method: 'POST', body: createReadStream(given.gguf), duplex: 'half' });
  assert.ok(sent.status === 201 || sent.status === 200);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
  // This client has no field for uploaded files, and passes on what it does not know.
  assert.equal((await ollama.create({ model: 'js-gguf', files: { 'tiny.gguf': digest } })).status, 'success');
  const steps = await collected(
    await ollama.create({ model: 'js-made', from: 'js-gguf', system: 'Be short.', parameters: { temperature: 0 }, stream: true }),
  );
  assert.equal(steps.at(-1).status, 'success');
  assert.equal((await ollama.show({ model: 'js-made' })).system, 'Be short.');
  assert.ok((await ollama.chat({ model: 'js-made', messages: hello, options: exact })).message.content.length > 0);
  assert.equal((await ollama.copy({ source: 'js-made', destination: 'js-copy' })).status, 'success');
  for (const name of ['js-copy', 'js-made', 'js-gguf']) {
    assert.equal((await ollama.delete({ model: name })).status, 'success');
  }
  assert.ok(!(await ollama.list()).models.some((each) => each.name.startsWith('js-')));
});

test('errors are ResponseErrors with the status', async () => {
  const unknown = { name: 'ResponseError', status_code: 404 };
  await assert.rejects(ollama.chat({ model: 'nosuch', messages: hello }), { ...unknown, error: "model 'nosuch' not found" });
  await assert.rejects(ollama.generate({ model: 'nosuch', prompt: 'x', stream: true }), unknown);
  await assert.rejects(ollama.show({ model: 'nosuch' }), unknown);
  await assert.rejects(ollama.delete({ model: 'nosuch' }), unknown);
  await assert.rejects(ollama.copy({ source: 'nosuch', destination: 'x' }), unknown);
  await assert.rejects(ollama.chat({ model: '', messages: hello }), { status_code: 400, error: 'model is required' });
  await assert.rejects(ollama.chat({ model, messages: hello, options: { temperature: 'warm' } }), { name: 'ResponseError' });
  await assert.rejects(ollama.chat({ model, messages: hello, format: { type: 'nonsense' } }), { status_code: 400 });
});

test('images are refused by a model without eyes', async () => {
  const seen = [{ role: 'user', content: 'What is this?', images: [given.picture] }];
  await assert.rejects(ollama.chat({ model, messages: seen }), { name: 'ResponseError', error: /does not support multimodal/ });
  const bytes = new Uint8Array(Buffer.from(given.picture, 'base64'));
  await assert.rejects(ollama.generate({ model, prompt: 'What is this?', images: [bytes] }), { name: 'ResponseError' });
});

test('pull that fails: whole as an error, streamed as an error line', async () => {
  const nobody = { model: '127.0.0.1:1/library/nosuch', insecure: true };
  await assert.rejects(ollama.pull(nobody), /connection refused/);
  await assert.rejects(async () => collected(await ollama.pull({ ...nobody, stream: true })), /connection refused/);
});
