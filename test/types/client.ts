/** Types of `fastify-issr/client`: `rr` and `drr` of the page, and the DOM events on `document`. */
import '../../client/api.js';

const element = document.createElement('input');
const answered: Promise<{ ok: boolean; status: number; errors: Record<string, string> }> = window.rr(
  element,
  { name: 'page', value: 1 },
  { action: 'save' },
);
const debounced: typeof answered = window.drr(element, 300);
const byId: () => typeof answered = window.drr('search', 300);

export { answered, byId, debounced };

document.addEventListener('issr:patch', ({ detail }) => detail.event.toFixed());
document.addEventListener('issr:error', ({ detail }) => detail.message?.length);
document.addEventListener('issr:lost', ({ detail }) => detail.actions.map(({ name, value }) => name + value));

// @ts-expect-error `status` belongs to issr:error
document.addEventListener('issr:patch', ({ detail }) => detail.status);
// @ts-expect-error an argument needs a name or an action
window.rr({ value: 1 });
