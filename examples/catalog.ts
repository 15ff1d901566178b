export interface Example {
  href: string;
  title: string;
  /** File of this folder, or a folder of it. */
  source: string;
  shows: string;
}

/** Examples by topic, in the order of the index. */
export const CATALOG: { topic: string; examples: Example[] }[] = [
  {
    topic: 'An application',
    examples: [
      {
        href: '/helpdesk',
        title: 'Helpdesk',
        source: 'helpdesk',
        shows:
          'A whole application: lists, live comments, a board, roles and two languages. Its only script is for drag and drop.',
      },
    ],
  },
  {
    topic: 'First steps',
    examples: [
      {
        href: '/counter',
        title: 'Counter',
        source: 'counter.tsx',
        shows: 'A list that grows and shrinks by one value.',
      },
      {
        href: '/hello/Ada',
        title: 'Hello',
        source: 'hello.tsx',
        shows: 'Text that follows your typing, and links that change the page in place.',
      },
      {
        href: '/tab-box',
        title: 'Tab box',
        source: 'tab-box.tsx',
        shows: 'A component that remembers its tab by its name.',
      },
      {
        href: '/phone',
        title: 'Phone number',
        source: 'phone.tsx',
        shows: 'A field that the server formats as you type.',
      },
      {
        href: '/fields',
        title: 'Fields',
        source: 'fields.tsx',
        shows: 'Every kind of field, and the values that arrive.',
      },
      {
        href: '/image-map',
        title: 'Image maps',
        source: 'image-map.tsx',
        shows: 'Clicks on a picture, located by the server or by the browser.',
      },
    ],
  },
  {
    topic: 'Live for all visitors',
    examples: [
      {
        href: '/clock',
        title: 'Clock',
        source: 'clock.tsx',
        shows: 'The server pushes every second while the page is open.',
      },
      {
        href: '/chat',
        title: 'Chat',
        source: 'chat.tsx',
        shows: 'Who is here, who is typing, and a draft that stays when others write.',
      },
      {
        href: '/sheet',
        title: 'Sheet',
        source: 'sheet.tsx',
        shows: '2,600 cells that several people edit at once without losing a letter.',
      },
      {
        href: '/scores',
        title: 'Scores',
        source: 'scores.tsx',
        shows: 'Pushed every second, and rendered once for all visitors who see the same.',
      },
      {
        href: '/dashboard',
        title: 'Dashboard',
        source: 'dashboard.tsx',
        shows: 'CPU, memory and delays of this server, drawn as SVG.',
      },
      {
        href: '/board',
        title: 'Board',
        source: 'board.tsx',
        shows: 'Cards to drag: a move shows at once, and is undone if the server refuses it.',
      },
    ],
  },
  {
    topic: 'Forms and data',
    examples: [
      {
        href: '/todo',
        title: 'To do',
        source: 'todo.tsx',
        shows: 'A database, several tabs, errors at the field; works without script.',
      },
      {
        href: '/sign-up',
        title: 'New account',
        source: 'sign-up.tsx',
        shows: 'Twelve fields of one schema: messages while you type, a flash, and no script.',
      },
      {
        href: '/sign-in',
        title: 'Sign in',
        source: 'sign-in.tsx',
        shows: 'An event that starts a session, and a page that requires one.',
      },
      {
        href: '/uploads',
        title: 'Uploads',
        source: 'uploads.tsx',
        shows: 'Pictures with progress, cancel and limits. An interrupted upload resumes.',
      },
    ],
  },
  {
    topic: 'Long lists and slow answers',
    examples: [
      {
        href: '/search',
        title: 'Live search',
        source: 'search.tsx',
        shows: 'Results as you type, and an address that follows.',
      },
      {
        href: '/feed',
        title: 'Endless list',
        source: 'feed.tsx',
        shows: '10,000 rows that load as you scroll. Back returns to the same place.',
      },
      {
        href: '/gallery',
        title: 'Gallery',
        source: 'gallery.tsx',
        shows: 'Pages fetched before the click, and photos that grow into them.',
      },
      {
        href: '/reports',
        title: 'Slow parts',
        source: 'reports.tsx',
        shows: 'A page that shows at once, with parts that arrive when they are ready.',
      },
      {
        href: '/assistant',
        title: 'Assistant',
        source: 'assistant.tsx',
        shows: 'An answer that arrives word by word, and a button that stops it.',
      },
    ],
  },
  {
    topic: 'With the rest of Fastify',
    examples: [
      {
        href: '/house/go',
        title: 'House',
        source: 'house.tsx',
        shows: 'Typed params, redirects, files, JSON, a session: all by Fastify and its plugins.',
      },
      {
        href: '/policy',
        title: 'Strict policy',
        source: 'policy.tsx',
        shows: 'No inline script, no inline style: attributes say what happens.',
      },
      {
        href: '/sockets',
        title: 'WebSockets',
        source: 'sockets.tsx',
        shows: 'Endpoints beside the pages: chat rooms, an echo, an error.',
      },
      {
        href: '/stream',
        title: 'Event stream',
        source: 'stream.tsx',
        shows: 'Server-sent events, including those missed while disconnected.',
      },
    ],
  },
];

export const EXAMPLES = CATALOG.flatMap(({ examples }) => examples);
