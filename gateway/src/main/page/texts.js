// What the page says, in English and Chinese. t('key', values) fills {name} in.
const texts = {
  en: {
    newChat: 'New chat', chats: 'Chats', today: 'Today', yesterday: 'Yesterday', week: 'Previous 7 days', earlier: 'Earlier',
    rename: 'Rename', remove: 'Delete', removeSure: 'Delete?', title: 'Title', openMenu: 'Show chats', closeMenu: 'Hide chats',
    noChats: 'Your chats will be listed here.', untitled: 'Untitled',
    placeholder: 'Ask anything', placeholderShort: 'Ask anything', message: 'Message', send: 'Send', stop: 'Stop', hint: 'Enter sends · Shift+Enter starts a new line · /debug shows what happens',
    greeting: 'What can I help with?', greetingSub: 'Everything you write stays on this machine.',
    thinking: 'Thinking', thought: 'Thought for {time}', thoughtShort: 'Thinking',
    waiting: 'Reading the question', waitingLong: 'The model is being loaded, or reads a long prompt: {time}',
    queued: 'Waits for the connection', stopped: 'You stopped this answer.',
    interrupted: 'The answer was interrupted', interruptedText: 'The gateway ended while this answer was being written. What came before is kept.',
    retry: 'Try again', regenerate: 'Answer again', copy: 'Copy', copied: 'Copied', copyCode: 'Copy code', requestId: 'Request',
    offline: 'Connection to the gateway lost. Trying again…', offlineQueued: 'Connection to the gateway lost. What you send now goes out when it is back.',
    earlierMessages: 'Show earlier messages', toBottom: 'To the latest message', you: 'You', assistant: 'Answer', language: '中文',
    toyTitle: 'This is the toy model', toyText: 'It has random weights and talks nonsense; it only shows that everything works. Get a real one:',
    builtInTitle: 'This is the small built-in model', builtInText: 'It knows a few hundred questions and exists for self-tests. Get a real one:',
    modelUnknown: 'No model', modelLabel: 'Model', conversation: 'Conversation',
    statsToken: '1 token', statsTokens: '{tokens} tokens', statsRate: '{rate} tokens/s', statsFirst: 'first after {time}',
    debugTitle: 'What happens underneath', debugLayers: 'Layers', debugTrace: 'Last question', refresh: 'Refresh', close: 'Close',
    up: 'Up', failing: 'Failing', down: 'Down', gateway: 'Gateway', proxy: 'Proxy', inference: 'Inference',
    version: 'Version', latency: 'Latency', address: 'Address', state: 'State', noQuestion: 'No question has been asked yet.',
    wait: 'until the first token', generate: 'answer', firstToken: 'First token', total: 'Total', tokens: 'Tokens', tokensValue: '{prompt} in, {completion} out', rate: 'Rate', pageFirst: 'First token, seen in this page', pageTotal: 'Total, seen in this page', asking: 'Asking the layers…', debugFailed: 'The gateway does not answer.',
    RUNNING: 'running', DONE: 'done', STOPPED: 'stopped', FAILED: 'failed', INTERRUPTED: 'interrupted',
    suggestions: ['Explain how a CPU cache works, with a small example', 'Write a Java record for a 2D point with distance', 'Compare TCP and UDP in a table', 'Plan a weekend in Lisbon'],
    errors: {
      PROXY_UNREACHABLE: 'The proxy does not answer', PROXY_REFUSED: 'The proxy refused the gateway', INFERENCE_UNREACHABLE: 'The inference server is down',
      MODEL_NOT_FOUND: 'The model is not there', NO_MODEL: 'There is no model', REQUEST_REFUSED: 'The question was refused', BUSY: 'Too much at once',
      SILENT: 'The model server fell silent', ANSWER_BROKEN: 'The answer broke off', ANSWER_TOO_LONG: 'The answer became too long', MODEL_FAILED: 'The model server failed', GATEWAY_FAILED: 'The gateway failed',
    },
  },
  zh: {
    newChat: '新对话', chats: '对话', today: '今天', yesterday: '昨天', week: '过去 7 天', earlier: '更早',
    rename: '重命名', remove: '删除', removeSure: '确认删除?', title: '标题', openMenu: '显示对话列表', closeMenu: '隐藏对话列表',
    noChats: '你的对话会显示在这里。', untitled: '无标题',
    placeholder: '想问点什么?', placeholderShort: '想问点什么?', message: '消息', send: '发送', stop: '停止', hint: 'Enter 发送 · Shift+Enter 换行 · /debug 查看运行状况',
    greeting: '今天想聊点什么?', greetingSub: '你写的一切都留在这台机器上。',
    thinking: '思考中', thought: '思考了 {time}', thoughtShort: '思考过程',
    waiting: '正在阅读问题', waitingLong: '正在加载模型或读取较长的提示词:{time}',
    queued: '等待连接', stopped: '你停止了这个回答。',
    interrupted: '回答被中断', interruptedText: '网关在写这个回答时退出了,之前的内容已保留。',
    retry: '重试', regenerate: '重新回答', copy: '复制', copied: '已复制', copyCode: '复制代码', requestId: '请求',
    offline: '与网关的连接已断开,正在重连…', offlineQueued: '与网关的连接已断开,恢复后会发送你的消息。',
    earlierMessages: '显示更早的消息', toBottom: '回到最新消息', you: '你', assistant: '回答', language: 'English',
    toyTitle: '当前是玩具模型', toyText: '它的权重是随机的,只会胡言乱语,仅用来证明整条链路可用。使用真正的模型:',
    builtInTitle: '当前是内置小模型', builtInText: '它只会回答几百个问题,用于自检。使用真正的模型:',
    modelUnknown: '没有模型', modelLabel: '模型', conversation: '对话内容',
    statsToken: '1 个词元', statsTokens: '{tokens} 个词元', statsRate: '{rate} 词元/秒', statsFirst: '首个词元 {time}',
    debugTitle: '运行状况', debugLayers: '各层', debugTrace: '最近一次提问', refresh: '刷新', close: '关闭',
    up: '正常', failing: '异常', down: '不可用', gateway: '网关', proxy: '代理', inference: '推理',
    version: '版本', latency: '延迟', address: '地址', state: '状态', noQuestion: '还没有提过问题。',
    wait: '首个词元之前', generate: '回答', firstToken: '首个词元', total: '总计', tokens: '词元', tokensValue: '输入 {prompt},输出 {completion}', rate: '速度', pageFirst: '首个词元(本页面所见)', pageTotal: '总计(本页面所见)', asking: '正在询问各层…', debugFailed: '网关没有回应。',
    RUNNING: '进行中', DONE: '完成', STOPPED: '已停止', FAILED: '失败', INTERRUPTED: '被中断',
    suggestions: ['用一个小例子解释 CPU 缓存的工作原理', '写一个带距离计算的二维点 Java record', '用表格比较 TCP 和 UDP', '规划一个里斯本周末之旅'],
    errors: {
      PROXY_UNREACHABLE: '代理没有回应', PROXY_REFUSED: '代理拒绝了网关', INFERENCE_UNREACHABLE: '推理服务不可用',
      MODEL_NOT_FOUND: '找不到模型', NO_MODEL: '没有可用的模型', REQUEST_REFUSED: '问题被拒绝', BUSY: '请求过多',
      SILENT: '模型服务没有动静', ANSWER_BROKEN: '回答中断', ANSWER_TOO_LONG: '回答过长', MODEL_FAILED: '模型服务出错', GATEWAY_FAILED: '网关出错',
    },
  },
};

const chosen = () => {
  try {
    return localStorage.getItem('language');
  } catch {
    return null; // Storage may be switched off; the browser's own language will do.
  }
};

export let language = (chosen() ?? navigator.language ?? 'en').startsWith('zh') ? 'zh' : 'en';
document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';

export function switchLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  try {
    localStorage.setItem('language', language);
  } catch {
    // Only the next visit forgets it.
  }
}

export function t(key, values = {}) {
  const text = texts[language][key] ?? texts.en[key] ?? key;
  return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '') : text;
}

export const errorTitle = code => texts[language].errors[code] ?? texts.en.errors[code] ?? code;

/** Milliseconds for people. */
export function duration(millis) {
  const seconds = millis / 1000;
  const unit = language === 'zh' ? ['毫秒', '秒', '分'] : ['ms', 's', 'min'];
  if (seconds < 1) return `${Math.round(millis)} ${unit[0]}`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} ${unit[1]}`;
  return `${Math.floor(seconds / 60)} ${unit[2]} ${Math.round(seconds % 60)} ${unit[1]}`;
}
