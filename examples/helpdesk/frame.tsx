import type { FastifyRequest } from 'fastify';
import { defineActions } from 'fastify-issr';
import type { ComponentChildren, JSX } from 'preact';
import { Type } from 'typebox';
import { Head } from '../head.js';
import { LANGUAGES, type Text, translators } from './words.js';

/** Actions that every page has. With an empty schema they run whatever is typed in the page. */
export const common = defineActions({
  language: {
    schema: Type.Object({}),
    value: Type.Enum(LANGUAGES),
    handler(request, language) {
      request.session.language = language;
      request.t = translators[language];
    },
  },
  signOut: {
    schema: Type.Object({}),
    async handler({ session }, _value, reply) {
      await session.destroy();
      return reply.redirect('/helpdesk');
    },
  },
});

/** Initials in a circle. */
export const Avatar = ({ name }: { name: string }) => (
  <span class="avatar" role="img" aria-label={name} title={name}>
    {name.split(' ').map((word) => word.charAt(0))}
  </span>
);

/** A link that changes the page in place. */
export const Link = (props: JSX.IntrinsicElements['a']) => <a data-rr="click" {...props} />;

type FrameProps = {
  request: FastifyRequest;
  title: string;
  heading?: ComponentChildren;
  children: ComponentChildren;
};

/** Frame of every page, with the messages of commands, and the dialog that asks before one. */
export function Frame({ request, title, heading = <h1>{title}</h1>, children }: FrameProps) {
  const { t, issr } = request;
  return (
    <html lang={t.language}>
      <Head title={`${title} · Helpdesk`} description="The tickets of a team" stylesheet="/helpdesk.css" />
      <body>
        <Header request={request} />
        <main>
          <div class="head">{heading}</div>
          {children}
        </main>
        <div class="toasts" role="status">
          {issr.flashes.map(({ message, kind }) => (
            <p class={kind}>
              {message}
              <Close t={t} />
            </p>
          ))}
          <p class="problem" hidden do="issr:error: show; issr:lost: show">
            {t('This did not work')}
            <Close t={t} />
          </p>
        </div>
        <dialog data-issr-confirm aria-labelledby="question">
          <form method="dialog">
            <p id="question" />
            <button value="cancel">{t('Cancel')}</button>
            <button value="ok">OK</button>
          </form>
        </dialog>
      </body>
    </html>
  );
}

const Close = ({ t }: Pick<FastifyRequest, 't'>) => <button aria-label={t('Close')} do="hide closest p" />;

const SECTIONS = { Tickets: '/helpdesk', Board: '/helpdesk/board', Reports: '/helpdesk/reports' };

const Header = ({ request: { t, person, issr } }: { request: FastifyRequest }) => (
  <header>
    <Link href="/helpdesk">Helpdesk</Link>
    <nav aria-label={t('Sections')}>
      {(Object.entries(SECTIONS) as [Text, string][]).map(([text, href]) => (
        <Link href={href} aria-current={issr.url.split('?')[0] === href ? 'page' : undefined}>
          {t(text)}
        </Link>
      ))}
    </nav>
    <Link class="button primary" href="/helpdesk/new" data-rr="click, key alt+n" aria-keyshortcuts="Alt+N">
      {t('New ticket')} <kbd>Alt+N</kbd>
    </Link>
    <form method="post">
      {LANGUAGES.map((language) => (
        <button {...common.language(language)} lang={language} aria-pressed={language === t.language}>
          {language}
        </button>
      ))}
      {person && <Avatar name={person.name} />}
      {person && <button {...common.signOut()}>{t('Sign out')}</button>}
      {!person && <Link href={`/helpdesk/sign-in?next=${encodeURIComponent(issr.url)}`}>{t('Sign in')}</Link>}
    </form>
  </header>
);
