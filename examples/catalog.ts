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
          'A whole application: lists, live comments, a board, roles, two languages, and no script but that of a drag library.',
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
        shows: 'Text that follows your typing, and links that load nothing.',
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
        shows: 'A field whose text the server puts in order as you type.',
      },
      {
        href: '/fields',
        title: 'Fields',
        source: 'fields.tsx',
        shows: 'Every kind of field, and what of it arrives.',
      },
      {
        href: '/image-map',
        title: 'Image maps',
        source: 'image-map.tsx',
        shows: 'Where a picture was clicked, by the server and by the browser.',
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
        shows: 'The server pushes every second while someone looks.',
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
        shows: '2,600 cells that several edit at once, and no visitor loses a letter.',
      },
      {
        href: '/scores',
        title: 'Scores',
        source: 'scores.tsx',
        shows: 'Pushed every second, and rendered once for all who see the same.',
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
        shows: 'Cards to drag: a move shows at once, and goes back if the server refuses it.',
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
        shows: 'A session that an event begins, and a page that asks for one.',
      },
      {
        href: '/uploads',
        title: 'Uploads',
        source: 'uploads.tsx',
        shows: 'Pictures with progress, cancel and limits; a cut goes on where it was cut.',
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
        shows: '10,000 rows that come as you scroll, and Back to the same place.',
      },
      {
        href: '/gallery',
        title: 'Gallery',
        source: 'gallery.tsx',
        shows: 'Pages that are here before the click, and photos that grow into them.',
      },
      {
        href: '/reports',
        title: 'Slow parts',
        source: 'reports.tsx',
        shows: 'A page that is here at once, and parts that come when they are ready.',
      },
      {
        href: '/assistant',
        title: 'Assistant',
        source: 'assistant.tsx',
        shows: 'An answer that comes word by word, and a button that stops it.',
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
        title: 'Websockets',
        source: 'sockets.tsx',
        shows: 'Chat rooms, an echo, an error: resources beside the pages.',
      },
      {
        href: '/stream',
        title: 'Event stream',
        source: 'stream.tsx',
        shows: 'Events by a channel, and what was missed while away.',
      },
    ],
  },
];

export const EXAMPLES = CATALOG.flatMap(({ examples }) => examples);
