const section = document.querySelector('.ticks');
const state = section.querySelector('output');
const list = section.querySelector('ol');

const source = new EventSource(`/ticks?page=${encodeURIComponent(section.dataset.page)}`);
source.addEventListener('open', () => {
  state.textContent = 'connected';
});
source.addEventListener('error', () => {
  state.textContent = 'coming back …';
});
source.addEventListener('message', ({ data }) => {
  const item = document.createElement('li');
  item.textContent = data;
  list.append(item);
  if (list.childElementCount > 24) list.firstElementChild.remove();
});
