import type { FieldAttributes, Fields } from 'fastify-issr';

type FieldProps<Name extends string> = FieldAttributes & { of: Fields<Name>; name: Name };

/** A field of a schema, with its label and its message. */
export const Field = <Name extends string>({ of: f, name, ...attributes }: FieldProps<Name>) => (
  <div class="field">
    {f.label(name)}
    {f.control(name, attributes)}
    <small class="problem" {...f.error(name)} />
  </div>
);
