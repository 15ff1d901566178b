import type { Instruction } from '../../protocol.js';

/** Text that is its own JSON. */
const IS_PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Returns the instructions as JSON without the brackets around them. The result is that of `JSON.stringify`, in less time. */
export function instructionsJson(instructions: readonly Instruction[]): string {
  let json = '';
  for (const [verb, path, ...operands] of instructions) {
    if (json !== '') json += ',';
    json += `["${verb}",[${path.join()}]`;
    for (const operand of operands) json += `,${operandJson(operand)}`;
    json += ']';
  }
  return json;
}

function operandJson(operand: string | number | null | undefined): string {
  if (typeof operand !== 'string') return String(operand);
  return IS_PLAIN.test(operand) ? `"${operand}"` : JSON.stringify(operand);
}
