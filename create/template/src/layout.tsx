import type { ComponentChildren } from 'preact';

interface LayoutProps {
  title: string;
  children: ComponentChildren;
}

/** The document around each page. */
export function Layout({ title, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        {/* No icon, so that browsers do not look for one. */}
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {children}
          {/* Visitors see this if an event fails. */}
          <p class="failure" role="alert" hidden do="issr:error: show; issr:lost: show">
            This did not work.{' '}
            <button type="button" do="hide closest p">
              Close
            </button>
          </p>
        </main>
      </body>
    </html>
  );
}
