/** Types of `fastify-issr/client`: `rr` and `drr` of the page, and the DOM events on `document`. */
import '../../client/api.js';

const element = document.createElement('input');
const answered: Promise<void> = window.rr(element, { name: 'page', value: 1 }, { action: 'save' });
const debounced: Promise<void> = window.drr(element, 300);
const byId: () => Promise<void> = window.drr('search', 300);

export { answered, byId, debounced };

document.addEventListener('issr:patch', ({ detail }) => detail.event.toFixed());
document.addEventListener('issr:error', ({ detail }) => detail.message?.length);
document.addEventListener('issr:lost', ({ detail }) => detail.actions.map(({ name, value }) => name + value));

// @ts-expect-error `status` belongs to issr:error
document.addEventListener('issr:patch', ({ detail }) => detail.status);
// @ts-expect-error an argument needs a name or an action
window.rr({ value: 1 });
