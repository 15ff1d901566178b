import type { ClientMessage } from '../../src/protocol.js';
import { listen } from '../dom.js';
import { Journal } from './journal.js';
import type { DevelopedPage } from './page.js';
import { loadSettings } from './panel-settings.js';

/** Notes what page and server send, and loads the panel that shows it when it is opened. */
export function offerPanel(page: DevelopedPage, isOpenAtFirst: boolean): void {
  const { events, site } = page;
  const journal = new Journal();
  const noteSent = (message: ClientMessage): void =>
    journal.add({ kind: 'sent', message, at: performance.now() });
  const { transmit } = events;
  events.transmit = (message) => {
    noteSent(message);
    transmit(message);
  };
  const receive = page.receive.bind(page);
  page.receive = (message) => {
    journal.add({ kind: 'received', message, at: performance.now() });
    receive(message);
  };
  const join = events.join.bind(events);
  events.join = (patches) => {
    const message = join(patches);
    noteSent(message);
    return message;
  };

  const settings = loadSettings(isOpenAtFirst);
  let panel: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { createPanel } = await site.loadModule<typeof import('../panel/index.js')>('panel');
    return createPanel(page, journal, settings);
  };
  const toggle = (isAsked: boolean): void => {
    panel ??= load();
    panel.then(
      (part) => part.toggle(isAsked),
      () => {
        panel = undefined;
      },
    );
  };
  listen(
    window,
    'keydown',
    (event) => {
      if (!isShortcut(event)) return;
      event.preventDefault();
      toggle(true);
    },
    true,
  );
  if (settings.isOpen) toggle(false);
}

/** Ctrl+Shift+I, also with a keyboard whose letters are not Latin. */
function isShortcut({ key, code, ctrlKey, shiftKey, altKey, metaKey, repeat }: KeyboardEvent): boolean {
  if (!ctrlKey || !shiftKey || altKey || metaKey || repeat) return false;
  return /^[a-z]$/i.test(key) ? /i/i.test(key) : code === 'KeyI';
}
