import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { TodoList } from './todo-list.js';

const schema = { querystring: Type.Object({ title: Type.String({ default: '', maxLength: 200 }) }) };

/** @param options.todos the database's file */
const todo: FastifyPluginAsyncTypebox<{ todos: string }> = async (fastify, { todos }) => {
  const list = new TodoList(todos);
  fastify.addHook('onClose', async () => list.close());

  /** Everyone who has the page open sees the change. */
  const changed = () => void fastify.issr.changed('todo');

  const add = (title: string): string | undefined => {
    if (title === '') return 'Write what is to be done.';
    if (list.has(title)) return 'That is on the list already.';
    list.add(title);
    changed();
  };

  fastify.issrRoute(
    '/todo',
    {
      schema,
      actions: {
        add: ({ query }) => add(query.title.trim()),
        toggle: ({ issr }) => {
          list.toggle(Number(issr.action.value));
          changed();
        },
        remove: ({ issr }) => {
          list.remove(Number(issr.action.value));
          changed();
        },
      },
    },
    ({ query, issr }) => {
      issr.watch('todo');
      const { action, result } = issr;
      const problem = result as string | undefined;
      return (
        <Layout
          title="To do"
          lead="Open it in two tabs, or switch JavaScript off. The items are in a database."
          source="todo.tsx"
        >
          <section class="panel">
            <form class="add" method="post" action="?add" onsubmit="rr(this)">
              <label>
                What is to be done
                {/* With `update` the field is emptied after its title was added. */}
                <input
                  name="title"
                  value={problem ? query.title : ''}
                  update={action?.name === 'add'}
                  maxlength={200}
                  autocomplete="off"
                  aria-invalid={problem !== undefined}
                  aria-describedby="problem"
                />
              </label>
              <button class="primary" action="add">
                add
              </button>
            </form>
            <p id="problem" class="problem" role="alert">
              {problem}
            </p>
            <form method="post">
              <ul class="todos">
                {list.all().map(({ id, title, done }) => (
                  <li id={`todo-${id}`}>
                    <Command name="toggle" id={id} label={`${title}: done`} pressed={done === 1} />
                    <span>{title}</span>
                    <Command name="remove" id={id} label={`Remove ${title}`} />
                  </li>
                ))}
              </ul>
            </form>
          </section>
        </Layout>
      );
    },
  );
};

interface CommandProps {
  name: string;
  id: number;
  label: string;
  pressed?: boolean;
}

/** Without script `formaction` says the same to a browser. */
function Command({ name, id, label, pressed }: CommandProps) {
  return (
    <button
      class={name}
      onclick="rr(this)"
      action={name}
      value={id}
      formaction={`?${name}=${id}`}
      aria-label={label}
      aria-pressed={pressed}
    />
  );
}

export default todo;
