import type { ComponentChildren } from 'preact';
import { Head } from './head.js';

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
      <Head
        title={title}
        description="An example of fastify-issr: interactive pages that the server renders"
        stylesheet="/style.css"
      />
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
