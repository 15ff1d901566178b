/**
 * Optional properties take `undefined`. Nothing here runs. `test/package` also compiles this file with
 * `exactOptionalPropertyTypes`, against the types of the packed package.
 */
import Fastify from 'fastify';
import issrPlugin, {
  defineActions,
  fields,
  type IssrOptions,
  Later,
  memo,
  type UploadRule,
} from 'fastify-issr';

declare const text: string | undefined;
declare const number: number | undefined;
declare const flag: boolean | undefined;
declare const nothing: undefined;

type Undefined<Options> = { [Name in keyof Options]-?: undefined };
declare const all: Omit<Undefined<IssrOptions>, 'prefix'>;
declare const rule: Undefined<UploadRule>;

const fastify = Fastify();
await fastify.register(issrPlugin, {
  secret: process.env.SECRET,
  maxPages: number,
  links: flag,
});
const options: IssrOptions = all;
await fastify.register(issrPlugin, options);

const schema = { type: 'object', properties: { title: { type: 'string' } } };
const actions = defineActions({
  add: { lock: flag, preHandler: nothing, handler: async () => 1 },
  clear: { value: nothing, schema: nothing, response: nothing, handler: async () => 2 },
});
fastify.issrRoute(
  '/',
  {
    actions,
    url: nothing,
    share: nothing,
    errorMessage: nothing,
    uploads: { photo: rule, file: { maxBytes: number, store: nothing } },
  },
  (request) => {
    if (request.issr.page) request.issr.page.data.cart = nothing;
    const f = fields(request, schema, { title: text }, { values: nothing, text: nothing });
    return (
      <form>{f.control('title', { autocomplete: text, placeholder: text, rows: number, class: text })}</form>
    );
  },
);
fastify.issrRoute('/none', { actions: nothing, uploads: nothing }, () => '');
fastify.issrSocket(
  '/socket',
  { maxClients: number, allowedOrigins: nothing },
  {
    authorize: nothing,
    data: nothing,
    open: (socket) => void socket.resource.broadcast('x', { except: nothing }),
    message: nothing,
    error: nothing,
  },
);
fastify.issrStream('/stream', { retry: number }, (stream) => void stream.send('x', { event: text }));
fastify.issr.publish('news', 'x', { event: text, id: text });

const Row = memo(({ name }: { name?: string }) => <b>{name}</b>, { max: number, maxLength: number });

export const attributes = (
  <main class={text} id={text} hidden={flag} style={text} title={text} role={nothing} key={text}>
    <button
      onclick={text}
      action={text}
      value={number}
      name={text}
      data-rr={text}
      data-issr-keep={flag}
      with={text}
      confirm={text}
      lock={flag}
      noupdate={flag}
      update={text}
      do={nothing}
      pending={nothing}
      prefetch={nothing}
      transition={flag}
      disabled={flag}
      formaction={text}
      aria-label={text}
      aria-pressed={flag}
      tabindex={number}
      popovertarget={text}
    >
      {text}
    </button>
    <input
      value={text}
      placeholder={text}
      required={flag}
      min={number}
      pattern={text}
      dirname={text}
      list={text}
    />
    <select name={text} multiple={flag} onchange={text}>
      <option value={text} selected={flag} label={text} />
    </select>
    <textarea rows={number} maxlength={number} name={text} />
    <img src={text} alt="" width={number} loading={nothing} ismap={flag} />
    <dialog open={flag} modal={flag} />
    <details open={flag} name={text} />
    <script src={text} async={flag} nonce={text} blocking={nothing} fetchpriority={nothing} />
    <link rel={text} href={text} media={text} disabled={flag} imagesrcset={text} />
    <table>
      <td colspan={number} headers={text} />
    </table>
    <svg viewBox={text} fill={text} width={number}>
      <title>{text}</title>
      <path d={text} stroke-width={number} class={text} />
    </svg>
    <my-rating stars={number} onclick={text} class={text} name={text} />
    <Row {...(text === undefined ? {} : { name: text })} />
    <Later fallback={text} when={nothing} failed={nothing} as={text} class={text}>
      {() => 'x'}
    </Later>
  </main>
);
