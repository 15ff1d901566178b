import type { FastifyRequest } from 'fastify';
import { defineActions } from 'fastify-issr';
import type { ComponentChildren } from 'preact';
import { Type } from 'typebox';
import { Avatar } from './parts.js';
import { LANGUAGES, translators } from './words.js';

const SECTIONS = [
  ['Tickets', '/helpdesk'],
  ['Board', '/helpdesk/board'],
  ['Reports', '/helpdesk/reports'],
] as const;

/** Schema of an action that runs whatever is typed in the page. */
const nothing = Type.Object({});

/** Actions that every page has. */
export const common = defineActions({
  language: {
    schema: nothing,
    value: Type.Enum(LANGUAGES),
    handler(request, language) {
      request.session.language = language;
      request.t = translators[language];
    },
  },
  signOut: {
    schema: nothing,
    async handler({ session, server, issr }, _value, reply) {
      await session.destroy();
      // The visitor's other tabs lose their buttons.
      void server.issr.rr((page) => page.path.startsWith('/helpdesk') && page !== issr.page);
      return reply.redirect('/helpdesk');
    },
  },
});

interface FrameProps {
  request: FastifyRequest;
  title: string;
  /** In place of the title. */
  heading?: ComponentChildren;
  /** Beside the heading. */
  tools?: ComponentChildren;
  children: ComponentChildren;
}

/** Frame of every page, with the messages of commands, and the dialog that asks before one. */
export function Frame({ request, title, heading, tools, children }: FrameProps) {
  const { t, issr } = request;
  return (
    <html lang={t.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="A helpdesk whose pages live on the server" />
        <title>{`${title} · Helpdesk`}</title>
        <link rel="icon" href="/favicon.svg" />
        <link rel="stylesheet" href="/helpdesk.css" />
      </head>
      <body>
        <Header request={request} />
        <main>
          <div class="head">
            {heading ?? <h1>{title}</h1>}
            {tools}
          </div>
          {children}
        </main>
        <footer>
          {/* The page may be in the frame beside its source. */}
          <a href="/" target="_top">
            fastify-issr
          </a>
          <a href="/source/helpdesk" target="_top">
            {t('Read the source')}
          </a>
        </footer>
        <div class="toasts" role="status">
          {issr.flashes.map(({ message, kind }) => (
            <p class={kind}>
              {message}
              <button type="button" aria-label={t('Close')} do="hide closest p">
                ×
              </button>
            </p>
          ))}
        </div>
        <dialog data-issr-confirm aria-labelledby="question">
          <form method="dialog">
            <p id="question" />
            <button value="cancel">{t('Cancel')}</button>
            <button class="danger" value="ok">
              OK
            </button>
          </form>
        </dialog>
      </body>
    </html>
  );
}

function Header({ request: { t, person, issr } }: { request: FastifyRequest }) {
  return (
    <header>
      <a class="brand" href="/helpdesk" data-rr="click">
        Helpdesk <span class="link" role="img" aria-label={t('Connection')} />
      </a>
      <nav aria-label={t('Sections')}>
        {SECTIONS.map(([text, href]) => (
          <a href={href} data-rr="click" aria-current={issr.url.split('?')[0] === href ? 'page' : undefined}>
            {t(text)}
          </a>
        ))}
      </nav>
      <form method="post">
        {LANGUAGES.map((language) => (
          <button {...common.language(language)} lang={language} aria-pressed={language === t.language}>
            {language}
          </button>
        ))}
        {person ? (
          <>
            <Avatar name={person.name} />
            <button {...common.signOut()}>{t('Sign out')}</button>
          </>
        ) : (
          <a class="button" href={`/helpdesk/sign-in?next=${encodeURIComponent(issr.url)}`} data-rr="click">
            {t('Sign in')}
          </a>
        )}
      </form>
    </header>
  );
}
