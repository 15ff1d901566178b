import type { Instruction, Path } from '../../protocol.js';

/** Text that is its own JSON. */
const IS_PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Returns the instructions as JSON without the brackets around them. The result is that of `JSON.stringify`, in less time. */
export function instructionsJson(instructions: readonly Instruction[]): string {
  let json = '';
  for (const instruction of instructions) {
    if (json !== '') json += ',';
    json += `["${instruction[0]}",[${pathJson(instruction[1])}]`;
    for (let index = 2; index < instruction.length; index++)
      json += `,${operandJson(instruction[index] as Operand)}`;
    json += ']';
  }
  return json;
}

type Operand = string | number | null;

function pathJson(path: Path): string {
  let json = '';
  for (let index = 0; index < path.length; index++) json += index === 0 ? path[index] : `,${path[index]}`;
  return json;
}

function operandJson(operand: Operand): string {
  if (typeof operand !== 'string') return String(operand);
  return IS_PLAIN.test(operand) ? `"${operand}"` : JSON.stringify(operand);
}
