import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';
import { setupProgram } from '../../setup-debian.js';

/** A test that hangs ends long before. */
const SCRIPT_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = SCRIPT_TIMEOUT_MS + 10_000;
const QUIT_TIMEOUT_MS = 10_000;

/** Finds or installs WebKitGTK, its driver and a display. Returns the path of the driver. */
export function setupWebkit(): string {
  setupProgram('Xvfb', 'xvfb');
  return setupProgram('WebKitWebDriver', 'webkit2gtk-driver');
}

export interface SessionOptions {
  javaScriptEnabled: boolean;
  keepsPages: boolean;
}

/** A running browser: its windows share cookies. Commands run one after the other, each in its window. */
export class WebkitSession {
  readonly driver: WebDriver;
  readonly #process: ChildProcess;
  /** The first window stays open: a session ends with its last one. */
  readonly #home: string;
  #queue: Promise<unknown> = Promise.resolve();
  #current: string;

  static async start(options: SessionOptions): Promise<WebkitSession> {
    const port = await freePort();
    const program = spawnDriver(port, await startDisplay());
    try {
      const capabilities = new Capabilities({
        browserName: 'MiniBrowser',
        unhandledPromptBehavior: 'ignore',
        timeouts: { script: SCRIPT_TIMEOUT_MS },
        'webkitgtk:browserOptions': { args: argumentsOf(options) },
      });
      await isListening(port);
      const driver = await new Builder()
        .usingServer(`http://127.0.0.1:${port}`)
        .disableEnvironmentOverrides()
        .withCapabilities(capabilities)
        .build();
      return new WebkitSession(driver, program, await driver.getWindowHandle());
    } catch (error) {
      program.kill();
      throw error;
    }
  }

  private constructor(driver: WebDriver, process: ChildProcess, home: string) {
    this.driver = driver;
    this.#process = process;
    this.#home = home;
    this.#current = home;
  }

  /**
   * Runs `job` with its window selected. A page that enters the page cache never finishes the script that runs in it,
   * and WebKitWebDriver then never answers: the job fails after `timeout` ms.
   */
  run<Result>(
    window: string,
    job: (driver: WebDriver) => Promise<Result>,
    timeout = COMMAND_TIMEOUT_MS,
  ): Promise<Result> {
    return this.#enqueue(async () => {
      if (this.#current !== window) await this.driver.switchTo().window(window);
      this.#current = window;
      return within(timeout, job(this.driver));
    });
  }

  openWindow(): Promise<string> {
    return this.#enqueue(async () => {
      await this.driver.switchTo().window(this.#home);
      await this.driver.switchTo().newWindow('window');
      this.#current = await this.driver.getWindowHandle();
      return this.#current;
    });
  }

  closeWindow(window: string): Promise<void> {
    return this.run(window, async (driver) => {
      await driver.close();
      await driver.switchTo().window(this.#home);
      this.#current = this.#home;
    });
  }

  async end(): Promise<void> {
    await within(
      QUIT_TIMEOUT_MS,
      this.#enqueue(() => this.driver.quit()),
    ).catch(() => {});
    this.#process.kill();
  }

  #enqueue<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(job, job);
    this.#queue = result.catch(() => {});
    return result;
  }
}

function within<Result>(ms: number, answer: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`WebKitWebDriver did not answer for ${ms} ms`)), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function argumentsOf({ javaScriptEnabled, keepsPages }: SessionOptions): string[] {
  return [
    '--automation',
    `--enable-page-cache=${keepsPages}`,
    `--enable-javascript-markup=${javaScriptEnabled}`,
  ];
}

function spawnDriver(port: number, DISPLAY: string): ChildProcess {
  const env = { ...process.env, DISPLAY, GDK_BACKEND: 'x11' };
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' });
  process.on('exit', () => driver.kill());
  return driver;
}

let display: Promise<string> | undefined;

/** The display of this process, which no screen shows. */
function startDisplay(): Promise<string> {
  display ??= new Promise((resolve, reject) => {
    const args = ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'];
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    server.once('error', reject);
    server.stdio[3]?.once('data', (number) => resolve(`:${String(number).trim()}`));
    server.unref();
    process.on('exit', () => server.kill());
  });
  return display;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isListening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('WebKitWebDriver does not answer');
}
