/** JSX types of the attributes of the HTML standard that preact does not declare. */

import type { AllHTMLAttributes } from 'preact';

declare module 'preact' {
  interface HTMLAttributes<RefType extends EventTarget = EventTarget> {
    writingsuggestions?: 'true' | 'false' | undefined;
  }

  interface PartialAreaHTMLAttributes<T extends EventTarget> {
    ping?: string | undefined;
  }

  interface PartialInputHTMLAttributes<T extends EventTarget> {
    dirname?: string | undefined;
    popovertarget?: AllHTMLAttributes['popovertarget'];
    popovertargetaction?: AllHTMLAttributes['popovertargetaction'];
    webkitdirectory?: boolean | undefined;
  }

  interface LinkHTMLAttributes<T extends EventTarget = HTMLLinkElement> {
    blocking?: 'render' | undefined;
    disabled?: boolean | undefined;
    imagesizes?: string | undefined;
    imagesrcset?: string | undefined;
  }

  interface ScriptHTMLAttributes<T extends EventTarget = HTMLScriptElement> {
    blocking?: 'render' | undefined;
    fetchpriority?: 'high' | 'low' | 'auto' | undefined;
  }

  interface StyleHTMLAttributes<T extends EventTarget = HTMLStyleElement> {
    blocking?: 'render' | undefined;
  }
}
