import type { ComponentChildren } from 'preact';

interface LayoutProps {
  title: string;
  /** Sentence below the heading. */
  lead: ComponentChildren;
  /** The file of this folder that makes the page; linked at the end of the page. */
  source?: string;
  /** Uses the width of the window. */
  isWide?: boolean;
  children: ComponentChildren;
}

/** Frame of every page of the site. */
export function Layout({ title, lead, source, isWide, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          name="description"
          content="An example of fastify-issr: interactive pages that the server renders"
        />
        <title>{title}</title>
        <link rel="icon" href="/favicon.svg" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body class={isWide ? 'wide' : undefined}>
        <header>
          {/* The page may be in the frame beside its source. */}
          <a class="brand" href="/" target="_top">
            fastify-issr
          </a>
          <span class="link" role="img" aria-label="Connection" />
        </header>
        <main>
          <h1>{title}</h1>
          <p class="lead">{lead}</p>
          {children}
        </main>
        {source && (
          <footer>
            <a href={`/source/${source}`} target="_top">
              Read the source beside this page
            </a>
          </footer>
        )}
      </body>
    </html>
  );
}
