import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { scan } from '../../src/html/parse/scan.js';
import { linesOfPage, linesOfTree } from './lines.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';

const runs = Number(process.env.ISSR_FUZZ_RUNS ?? 1000) * 5;
const first = firstSeed();

const TAGS =
  'div div p p span b a i li ul dl dt dd table table tbody thead tr tr td td th caption colgroup col select option optgroup button form h1 h2 pre textarea script style title template svg math g foreignObject desc mi mtext title input br hr img ruby rt rp rb nobr object marquee head body html x-a details summary label noscript address section center listing xmp iframe image frameset font s u embed link meta datalist fieldset legend';
const tags = TAGS.split(' ');
const texts = ['a', ' ', '\n', 'x &amp; y', '&#10;', '<', '< ', 'a<b', '\r\n', '&', '\t'];
const odd = [
  '<!-- c -->',
  '<!---->',
  '<!-->',
  '</>',
  '</ x>',
  '<!x>',
  '<?x>',
  '<![CDATA[x]]>',
  '<!doctype html>',
  '<!--a--!>',
];

/** Tags and texts in any order: some of it is nearly HTML. */
function soup(random: Random): string {
  const open: string[] = [];
  const parts: string[] = random.chance(0.5) ? ['<!doctype html>'] : [];
  const few = Array.from({ length: 2 + random.below(5) }, () => random.pick(tags));
  for (let count = 1 + random.below(14); count > 0; count--) {
    const tag = random.pick(random.chance(0.8) ? few : tags);
    const kind = random.below(20);
    if (kind < 8) {
      parts.push(`<${tag}${random.chance(0.2) ? ' id=x' : ''}${random.chance(0.05) ? '/' : ''}>`);
      open.push(tag);
    } else if (kind < 13) parts.push(`</${open.pop() ?? tag}>`);
    else if (kind < 14) parts.push(`</${tag}>`);
    else if (kind < 19) parts.push(random.pick(texts));
    else parts.push(random.pick(odd));
  }
  if (random.chance(0.5)) while (open.length > 0) parts.push(`</${open.pop()}>`);
  if (random.chance(0.3))
    parts.push('</body>', random.pick(['', '\n']), '</html>', random.pick(['', '\n', '<!-- e -->']));
  return parts.join('');
}

suite('scan of random tags', () => {
  test(`is right or says it is unsure, ${runs} pages from seed ${first}`, (context) => {
    let sound = 0;
    for (let seed = first; seed < first + runs; seed++) {
      const html = soup(new Random(seed));
      const tree = scan(html);
      if (!tree.predictable) continue;
      sound++;
      const lines = linesOfTree(tree);
      assert.deepEqual(lines, linesOfPage(html, lines), `seed ${seed}: ${JSON.stringify(html)}`);
    }
    context.diagnostic(`${sound} of ${runs} pages were vouched for`);
    assert.ok(sound > runs / 4);
  });
});
