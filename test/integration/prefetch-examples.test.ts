import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { createSite } from '../../examples/site.js';
import type { ActionEntries } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, listen } from '../support/server.js';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** All elements of a page. */
function* elementsOf(node: Node): Generator<Element> {
  if ('tagName' in node) yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* elementsOf(child);
}

const attribute = ({ attrs }: Element, name: string) => attrs.find((each) => each.name === name)?.value;

/** The operands of the events that clicks on a page's buttons and links would send. */
function clicksOf(html: string): { actions: ActionEntries; url?: string }[] {
  const clicks: { actions: ActionEntries; url?: string }[] = [];
  for (const element of elementsOf(parse(html))) {
    const href = attribute(element, 'href');
    const action = element.tagName === 'form' ? undefined : attribute(element, 'action');
    if (action) clicks.push({ actions: [[action, attribute(element, 'value') ?? 't']] });
    else if (element.tagName === 'a' && href?.startsWith('/'))
      clicks.push({ actions: [], url: href.split('#')[0] ?? '/' });
  }
  return clicks;
}

test('hovering runs no action of any example', async (t) => {
  const ran: string[] = [];
  const channel = tracingChannel<unknown, { name: string }>('issr:action');
  const onAction = ({ name }: { name: string }) => void ran.push(name);
  const subscribers = { start: onAction } as Parameters<typeof channel.subscribe>[0];
  channel.subscribe(subscribers);
  t.after(() => channel.unsubscribe(subscribers));
  const origin = await listen(closeAfter(t, await createSite()));
  const home = await PageDriver.open(origin, '/');
  const paths = clicksOf(home.loaded).flatMap(({ url }) => url ?? []);
  let [shown, refused] = [0, 0];
  for (const path of new Set(paths)) {
    const page = await PageDriver.load(origin, path).catch(() => undefined);
    if (page?.answer.status !== 200) continue;
    await page.connect();
    await page.join();
    for (const [id, { actions, url }] of clicksOf(page.loaded).entries()) {
      page.send(
        url === undefined ? ['prefetch', id, [[], []], actions] : ['prefetch', id, [[], []], actions, url],
      );
      if ((await page.next('prefetched')).length > 2) shown++;
      else refused++;
    }
    page.send(['bye']);
  }
  assert.deepEqual(ran, []);
  assert.ok(shown > 50 && refused > 10, `${shown} shown ahead, ${refused} refused`);
});
