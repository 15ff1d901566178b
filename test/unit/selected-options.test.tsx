import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderView } from '../../src/render/render.js';

const OPTION = <option>M</option>;

test('the value of a select selects an option by its text, as in a browser', async () => {
  const Large = async ({ size }: { size: string }) => <option>{size} </option>;
  const sizes = (value: string | undefined) => (
    <main>
      <select name="size" value={value}>
        <option>S</option>
        {OPTION}
        <optgroup label="large">
          <option>
            {'\n'}X{['L']} {2}
          </option>
          <Large size="XXL" />
        </optgroup>
        <option value="">other</option>
        <option />
        <option>
          <b>M</b>
        </option>
      </select>
    </main>
  );
  const selected = async (value: string | undefined) =>
    /<option selected[^>]*>\s*(\w*)/.exec(String(await renderView(sizes(value))))?.[1];
  assert.equal(await selected('S'), 'S');
  assert.equal(await selected('M'), 'M');
  assert.equal(await selected('XL 2'), 'XL');
  assert.equal(await selected('XXL'), 'XXL');
  assert.equal(await selected(''), 'other');
  assert.equal(await selected('L'), undefined);
  assert.equal(await selected(undefined), undefined);
});

test('an option outside of a select with a value is written as it is', () => {
  const options = (
    <>
      <option>M</option>
      <option value="L">L</option>
    </>
  );
  const html = '<option>M</option><option value="L">L</option>';
  assert.equal(renderView(<select>{options}</select>), `<select>${html}</select>`);
  assert.equal(renderView(<datalist>{options}</datalist>), `<datalist>${html}</datalist>`);
});
