const [connectForm, sendForm] = document.querySelectorAll('.sockets form');
const [path, name] = connectForm.elements;
const [text, send] = sendForm.elements;
const log = document.querySelector('.log ol');
const empty = document.querySelector('.empty');

/** @type {WebSocket | undefined} */
let socket;

function say(line, kind = '') {
  empty?.remove();
  const item = document.createElement('li');
  item.className = kind;
  item.textContent = line;
  log.append(item);
}

connectForm.addEventListener('submit', (event) => {
  event.preventDefault();
  socket?.close();
  send.disabled = true;
  log.replaceChildren();
  const url = new URL(path.value, location.href.replace('http', 'ws'));
  if (name.value) url.searchParams.set('name', name.value);
  const opened = new WebSocket(url);
  socket = opened;
  opened.addEventListener('open', () => {
    send.disabled = false;
  });
  opened.addEventListener('message', ({ data }) => say(data));
  opened.addEventListener('close', ({ code, reason }) => {
    if (socket !== opened) return;
    send.disabled = true;
    say(`closed: ${code} ${reason}`, 'end');
  });
});

sendForm.addEventListener('submit', (event) => {
  event.preventDefault();
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send(text.value);
  say(text.value, 'mine');
  text.value = '';
});
