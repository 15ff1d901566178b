import Sortable from '/helpdesk/sortable.js';

// Moves a ticket at once. The server has the last word: if it refuses, `rr.restore` puts the ticket back.
class DragBoard extends HTMLElement {
  connectedCallback() {
    for (const list of this.querySelectorAll('ul'))
      Sortable.create(list, { group: 'tickets', sort: false, onEnd: (event) => this.move(event) });
  }

  async move({ item, from, to }) {
    if (from === to) return;
    const { result } = await window.rr({
      action: 'move',
      value: `${item.dataset.ticket} ${to.dataset.status}`,
    });
    if (!result) await window.rr.restore(this);
  }
}
customElements.define('drag-board', DragBoard);
