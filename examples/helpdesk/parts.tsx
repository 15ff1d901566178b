import type { FieldErrorProps } from 'fastify-issr';
import type { ComponentChildren, JSX } from 'preact';
import type { Ticket } from './desk.js';
import type { Text, Translator } from './words.js';

/** Initials in a circle. */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" role="img" aria-label={name} title={name}>
      {name.split(' ').map((word) => word.charAt(0))}
    </span>
  );
}

export const TicketLink = ({ id, title }: Pick<Ticket, 'id' | 'title'>) => (
  <a href={`/helpdesk/tickets/${id}`} data-rr="click">
    {title}
  </a>
);

/** Props of a link that sets one param in place. Without script it loads the page with that param. */
export function setParam(query: object, name: string, value: string | number) {
  const search = new URLSearchParams({ ...query, [name]: `${value}` });
  return { href: `?${search}`, 'data-rr': 'click', action: name, value };
}

type FieldParts = { label: string; error?: FieldErrorProps; children: ComponentChildren };

/** A field with its label and its message. */
export const Field = ({ label, error, children }: FieldParts) => (
  <div class="field">
    {/* biome-ignore lint/a11y/noLabelWithoutControl: its control is among the children */}
    <label>
      {label}
      {children}
    </label>
    {error && <small class="problem" {...error} />}
  </div>
);

type ChoiceProps = JSX.IntrinsicElements['select'] & { of: readonly (Text | '')[]; t: Translator };

/** A `<select>` of translated options. An empty option stands for all. */
export const Choice = ({ of, value, t, ...props }: ChoiceProps) => (
  <select {...props}>
    {of.map((option) => (
      <option value={option} selected={option === value}>
        {t(option || 'All')}
      </option>
    ))}
  </select>
);
