import Sortable from '/helpdesk/sortable.js';

/** A ticket moves at once. The server has the last word: if it refuses, `rr.restore` puts the ticket back. */
async function onEnd({ item, from, to }) {
  if (from === to) return;
  const value = `${item.dataset.ticket} ${to.dataset.status}`;
  const { result } = await window.rr({ action: 'move', value });
  if (!result) await window.rr.restore(to.closest('drag-board'));
}

class DragBoard extends HTMLElement {
  connectedCallback() {
    for (const list of this.querySelectorAll('ul'))
      Sortable.create(list, { group: 'tickets', sort: false, onEnd });
  }
}
customElements.define('drag-board', DragBoard);
