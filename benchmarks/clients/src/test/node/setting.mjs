// What every script here is told by the test that runs it, and the questions that the built-in model can answer.
export const inference = process.env.LLAMERO_INFERENCE;
export const proxy = process.env.LLAMERO_PROXY;
export const model = 'tiny-qwen3';
export const embedder = process.env.LLAMERO_EMBEDDER; // absent where no embedding model is at hand
export const gguf = process.env.LLAMERO_GGUF;

export const exact = { temperature: 0, num_predict: 120 };
export const hello = [{ role: 'user', content: 'Hello' }];
export const weatherQuestion = { role: 'user', content: 'What is the weather in Paris?' };
export const weatherTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Get the current weather for a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'The city' } },
      required: ['city'],
    },
  },
};
export const weatherResult = '18 degrees and sunny';
export const personSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
};
export const personQuestion = { role: 'user', content: 'Ann is 7 years old. Give me JSON with name and age.' };
// A PNG of one pixel: small, but a real picture.
export const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
