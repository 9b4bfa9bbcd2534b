import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import * as given from './setting.mjs';

const tools = [given.weatherTool];
const { model, hello } = given;
const short = { model, temperature: 0, max_tokens: 120 };
const schema = {
  type: 'json_schema',
  json_schema: { name: 'person', strict: true, schema: { ...given.personSchema, additionalProperties: false } },
};

async function collected(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

for (const [layer, address] of [['inference', given.inference], ['proxy', given.proxy]]) {
  const openai = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'unused', maxRetries: 0 });
  const completions = openai.chat.completions;

  test(`${layer}: chat answers with usage and reasoning`, async () => {
    const answer = await completions.create({ ...short, messages: hello });
    assert.equal(answer.object, 'chat.completion');
    assert.match(answer.choices[0].message.content, /Hello/);
    assert.ok(answer.choices[0].message.reasoning.length > 0);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  });

  test(`${layer}: streamed chat says the same, with usage at the end`, async () => {
    const whole = await completions.create({ ...short, messages: hello, reasoning_effort: 'none' });
    const parts = await collected(
      await completions.create({
        ...short, messages: hello, reasoning_effort: 'none', stream: true, stream_options: { include_usage: true },
      }),
    );
    const content = parts.map((part) => part.choices[0]?.delta.content ?? '').join('');
    assert.equal(content, whole.choices[0].message.content);
    assert.equal(parts.filter((part) => part.choices[0]?.finish_reason).length, 1);
    assert.ok(parts.at(-1).usage.completion_tokens > 0);
    const helper = completions.stream({ ...short, messages: hello, reasoning_effort: 'none' });
    assert.equal(await helper.finalContent(), content);
  });

  test(`${layer}: abort ends a streamed answer`, async () => {
    const stream = await completions.create({ ...short, max_tokens: 800, messages: hello, stream: true });
    for await (const part of stream) {
      assert.ok(part.id);
      stream.controller.abort();
    }
    assert.ok(stream.controller.signal.aborted);
  });

  test(`${layer}: a tool is called, and its result is told`, async () => {
    const first = await completions.create({ ...short, messages: [given.weatherQuestion], tools });
    const { message, finish_reason: reason } = first.choices[0];
    assert.equal(reason, 'tool_calls');
    assert.equal(message.tool_calls[0].type, 'function');
    assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: 'Paris' });
    const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: given.weatherResult };
    const told = await completions.create({ ...short, messages: [given.weatherQuestion, message, result], tools });
    assert.match(told.choices[0].message.content, /18 degrees/);
  });

  test(`${layer}: the client's own tool loop, streamed`, async () => {
    const seen = [];
    const runner = completions.runTools({
      ...short,
      stream: true,
      messages: [given.weatherQuestion],
      tools: [
        {
          type: 'function',
          function: {
            ...given.weatherTool.function,
            parse: JSON.parse,
            function: (call) => {
              seen.push(call);
              return given.weatherResult;
            },
          },
        },
      ],
    });
    assert.match(await runner.finalContent(), /18 degrees/);
    assert.deepEqual(seen, [{ city: 'Paris' }]);
  });

  test(`${layer}: response_format json_object and json_schema`, async () => {
    const ask = { ...short, messages: [given.personQuestion], reasoning_effort: 'none' };
    const json = await completions.create({ ...ask, response_format: { type: 'json_object' } });
    assert.equal(typeof JSON.parse(json.choices[0].message.content), 'object');
    const parsed = await completions.parse({ ...ask, response_format: schema });
    assert.ok(Number.isInteger(parsed.choices[0].message.parsed.age));
  });

  test(`${layer}: logprobs and stop`, async () => {
    const answer = await completions.create({
      ...short, messages: hello, reasoning_effort: 'none', logprobs: true, top_logprobs: 2, stop: ['How'],
    });
    assert.ok(answer.choices[0].logprobs.content.every((each) => each.logprob <= 0 && each.top_logprobs.length === 2));
    assert.ok(!answer.choices[0].message.content.includes('How'));
  });

  test(`${layer}: completions, whole and streamed`, async () => {
    const whole = await openai.completions.create({ ...short, prompt: 'Hello', max_tokens: 16 });
    assert.equal(whole.object, 'text_completion');
    assert.ok(whole.choices[0].text.length > 0);
    const parts = await collected(await openai.completions.create({ ...short, prompt: 'Hello', max_tokens: 16, stream: true }));
    assert.equal(parts.map((part) => part.choices[0]?.text ?? '').join(''), whole.choices[0].text);
  });

  test(`${layer}: responses, whole and streamed`, async () => {
    const ask = { model, temperature: 0, max_output_tokens: 120, input: 'Hello' };
    const whole = await openai.responses.create(ask);
    assert.equal(whole.status, 'completed');
    assert.match(whole.output_text, /Hello/);
    assert.ok(whole.usage.output_tokens > 0);
    const events = await collected(await openai.responses.create({ ...ask, stream: true }));
    assert.equal(events[0].type, 'response.created');
    assert.equal(events.at(-1).type, 'response.completed');
    const text = events.filter((each) => each.type === 'response.output_text.delta').map((each) => each.delta);
    assert.equal(text.join(''), whole.output_text);
    assert.ok(events.every((each, i) => each.sequence_number === i));
    assert.equal((await openai.responses.stream(ask).finalResponse()).output_text, whole.output_text);
  });

  test(`${layer}: responses call a tool and take its result`, async () => {
    const { function: { name, description, parameters } } = given.weatherTool;
    const ask = { model, temperature: 0, tools: [{ type: 'function', name, description, parameters, strict: false }] };
    const first = await openai.responses.create({ ...ask, input: [given.weatherQuestion] });
    const call = first.output.find((each) => each.type === 'function_call');
    assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris' });
    const result = { type: 'function_call_output', call_id: call.call_id, output: given.weatherResult };
    const told = await openai.responses.create({ ...ask, input: [given.weatherQuestion, ...first.output, result] });
    assert.match(told.output_text, /18 degrees/);
  });

  test(`${layer}: embeddings as floats and as base64`, { skip: !given.embedder && 'no embedding model' }, async () => {
    // Without encoding_format the client asks for base64 and decodes it.
    const decoded = await openai.embeddings.create({ model: given.embedder, input: ['a cat', 'tax law'] });
    const plain = await openai.embeddings.create({ model: given.embedder, input: ['a cat', 'tax law'], encoding_format: 'float' });
    assert.deepEqual(decoded.data.map((each) => each.index), [0, 1]);
    assert.ok(decoded.data[0].embedding.every((value, i) => Math.abs(value - plain.data[0].embedding[i]) < 1e-4));
    assert.ok(plain.usage.prompt_tokens > 0);
  });

  test(`${layer}: models, listed and one`, async () => {
    const ids = (await collected(await openai.models.list())).map((each) => each.id);
    const own = ids.find((id) => id.startsWith(model));
    assert.equal((await openai.models.retrieve(own)).id, own);
    await assert.rejects(openai.models.retrieve('nosuch'), { status: 404 });
  });

  test(`${layer}: errors are of the client's classes`, async () => {
    await assert.rejects(completions.create({ model: 'nosuch', messages: hello }), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.match(error.message, /nosuch/);
      return true;
    });
    await assert.rejects(completions.create({ model, messages: [] }), OpenAI.BadRequestError);
    await assert.rejects(completions.create({ model, messages: hello, temperature: 'warm' }), OpenAI.BadRequestError);
    const seen = {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${given.picture}` } },
      ],
    };
    await assert.rejects(completions.create({ ...short, messages: [seen] }), OpenAI.APIError);
  });
}
