/**
 * Types of JSX attributes. Nothing here runs: lines after `@ts-expect-error` must not compile, all
 * others must.
 */
import { Later } from 'fastify-issr';

export const right = (
  <main noupdate>
    <button onclick="rr(this)" action="add" value={3} data-rr="click">
      add
    </button>
    <button onclick={false} action={undefined} name="kept">
      off
    </button>
    <form onsubmit="rr(this)" action="/search" method="get">
      <input
        with="page=1"
        confirm="Sure?"
        lock
        name="phone"
        value="1"
        update
        oninput="drr(this, 300)"
        data-rr="input 300"
      />
      <input name="plain" update={false} onchange="rr(this)" />
      <textarea name="text" update="t" onkeydown="rr()" />
      <select name="pick" onchange="rr(this)">
        <option value="a" selected>
          a
        </option>
      </select>
    </form>
    <div name="step" value="2" onpointerdown="rr({ action: 'map', value: event.offsetX })" />
    <a href="/next" onclick="rr(this)">
      next
    </a>
    <a href="/map">
      <img src="/map.png" alt="map" ismap />
    </a>
    <my-rating name="stars" value={3} max-stars="5" onclick="rr(this)" />
    <script noupdate="t">{'connect()'}</script>
    <button do="hide #menu; change: focus #search" pending="class +liked; hide closest li">
      like
    </button>
    <button do={false} pending={undefined} prefetch="hover" />
    <a href="/next" prefetch="off" transition>
      next
    </a>
    <div id="player" data-issr-keep />
    <dialog open modal writingsuggestions="false" />
    <link rel="preload" as="image" imagesrcset="/a.png 2x" imagesizes="50vw" blocking="render" disabled />
    <script src="/a.js" blocking="render" fetchpriority="low" />
    <style blocking="render" />
    <map name="parts">
      <area ping="/seen" alt="lid" />
    </map>
    <input dirname="phone.dir" />
    <input type="file" webkitdirectory />
    <input type="button" popovertarget="menu" popovertargetaction="show" />
    <Later as="li" class="slow" fallback="…" when={[1, 'a']} failed={(error) => <b>{String(error)}</b>}>
      {async (signal) => <i>{signal.aborted}</i>}
    </Later>
  </main>
);

export const wrong = [
  // @ts-expect-error the browser gets text, and a function would be lost
  <button onclick={() => rr()}>a</button>,
  // @ts-expect-error preact's own handlers are functions, which the server cannot send
  <button onClick={() => rr()}>a2</button>,
  // @ts-expect-error also of an element with attributes of its own
  <input onInput={() => rr()} />,
  // @ts-expect-error and of a form
  <form onSubmit={() => rr()} />,
  // @ts-expect-error a custom element's own attributes are free, its scripts are text
  <my-rating onclick={() => rr()} />,
  // @ts-expect-error a script is text
  <button onclick={1}>b</button>,
  // @ts-expect-error an action is a name
  <button action={1}>c</button>,
  // @ts-expect-error an action is a name
  <button action={{ name: 'd' }}>d</button>,
  // @ts-expect-error noupdate is true, false or text
  <p noupdate={1} />,
  // @ts-expect-error update is true, false or text
  <input update={1} />,
  // @ts-expect-error data-rr is text
  <input data-rr={300} />,
  // @ts-expect-error no such attribute
  <input onrr="rr(this)" />,
  // @ts-expect-error no such verb
  <button do="explode #menu" />,
  // @ts-expect-error a verb that cannot be taken back
  <button pending="focus #search" />,
  // @ts-expect-error there is one way to prefetch
  <button prefetch="always" />,
  // @ts-expect-error a transition is on or off
  <form transition="slow" />,
  // @ts-expect-error a question is text
  <button confirm />,
  // @ts-expect-error params are text
  <button with={{ page: 1 }} />,
  <Later key="now">
    {/* @ts-expect-error the content of Later is a function */}
    <i>now</i>
  </Later>,
  // @ts-expect-error when is a list
  <Later when={1}>{() => 'x'}</Later>,
  // @ts-expect-error a wrong value of a standard attribute
  <input maxlength="many" />,
];

declare function rr(): void;
