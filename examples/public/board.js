// Moves the dragged card at once. The server has the last word: if it refuses, `rr.restore` puts the card back.
let dragged;

document.addEventListener('dragstart', ({ target }) => {
  dragged = target.closest?.('[data-card]');
});

document.addEventListener('dragover', (event) => {
  const list = event.target
    .closest?.('[data-column], .board section')
    ?.closest('section')
    ?.querySelector('ul');
  if (!dragged || !list) return;
  event.preventDefault();
  const next = [...list.children].find((card) => {
    const { top, height } = card.getBoundingClientRect();
    return card !== dragged && event.clientY < top + height / 2;
  });
  if (dragged.nextElementSibling !== (next ?? null) || dragged.parentElement !== list)
    list.insertBefore(dragged, next ?? null);
});

document.addEventListener('drop', (event) => event.preventDefault());

document.addEventListener('dragend', async () => {
  const card = dragged;
  dragged = undefined;
  const list = card?.parentElement;
  if (!list) return;
  const value = [card.dataset.card, list.dataset.column, [...list.children].indexOf(card)].join(' ');
  const { result } = await window.rr({ action: 'move', value });
  if (!result) await window.rr.restore(document.querySelector('.board'));
});
