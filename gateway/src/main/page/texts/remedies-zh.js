// What to do about a failure, in Chinese: by the code of an answer's failure, and by the layer that is down.
export default {
  PROXY_UNREACHABLE: '用 ./llamero up 启动全部,或用 ./llamero proxy 只启动代理。如果代理在别的地址,请设置 CLAWDBOT_MODEL_ENDPOINT。',
  PROXY_REFUSED: '在 llamero.yaml 的 gateway 部分把 model-api-key 设为代理认识的密钥。',
  INFERENCE_UNREACHABLE: '如果是用 ./llamero up 启动的,它会自动恢复:几秒后再试。否则用 ./llamero serve 启动它。',
  MODEL_NOT_FOUND: '用 ./llamero pull 名称 获取它,或在 llamero.yaml 的 gateway 部分用 model 设置另一个模型。',
  NO_MODEL: '获取一个:./llamero pull qwen3:0.6b。或把 GGUF 文件放进 ~/.llamero/models。',
  REQUEST_REFUSED: '换一个问题;如果这个对话已经太长,请开始新对话。',
  BUSY: '稍等片刻,然后重试。',
  SILENT: '模型对这台机器可能太大,或提示词太长。调大 silence-timeout,或问得短一些。',
  ANSWER_BROKEN: '已有的内容会保留。请重试;如果再次发生,请查看代理和推理服务的日志。',
  ANSWER_TOO_LONG: '已有的内容会保留。请要求更短的回答。',
  MODEL_FAILED: '请重试;代理和推理服务的日志里用这个请求编号可以找到更多信息。',
  GATEWAY_FAILED: '请重试;网关的日志里用这个请求编号可以找到更多信息。',
  proxy: '用 ./llamero up 启动全部,或用 ./llamero proxy 只启动代理。如果代理在别的地址,请设置 CLAWDBOT_MODEL_ENDPOINT。',
  inference: '用 ./llamero serve 启动它,或用 ./llamero up 启动全部。',
};
