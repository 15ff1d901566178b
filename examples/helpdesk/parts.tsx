import type { FieldErrorProps } from 'fastify-issr';
import type { ComponentChildren } from 'preact';
import type { Text, Translator } from './words.js';

/** Initials in a circle. */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" role="img" aria-label={name} title={name}>
      {name.split(' ').map((word) => word.charAt(0))}
    </span>
  );
}

/** Options of a `<select>`. */
export function Options({ of, value, t }: { of: readonly (Text | '')[]; value?: string; t: Translator }) {
  return of.map((option) => (
    <option value={option} selected={option === value}>
      {t(option || 'All')}
    </option>
  ));
}

/** Props of a link that sets one param in place. Without script it loads the page with that param. */
export function setParam(query: object, name: string, value: string | number) {
  const search = new URLSearchParams({ ...query, [name]: `${value}` });
  return { href: `?${search}`, 'data-rr': 'click', action: name, value };
}

type FieldParts = { label: string; error?: FieldErrorProps; children: ComponentChildren };

/** A field with its label and its message. */
export function Field({ label, error, children }: FieldParts) {
  return (
    <div class="field">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: its control is among the children */}
      <label>
        {label}
        {children}
      </label>
      {error && <small class="problem" {...error} />}
    </div>
  );
}
