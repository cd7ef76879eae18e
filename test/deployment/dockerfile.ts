import {
  type Copy,
  DockerfileParser,
  type Healthcheck,
  type Instruction,
  type JSONInstruction,
} from 'dockerfile-ast';

/** One stage of a Dockerfile: what it is made from, and its instructions in order. */
export interface Stage {
  readonly name: string;
  /** An image, or the name of a stage before it. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export function stagesOf(text: string): Stage[] {
  const dockerfile = DockerfileParser.parse(text);
  const all = dockerfile.getInstructions();
  const froms = dockerfile.getFROMs();
  const starts = froms.map((from) => all.indexOf(from));
  return froms.map((from, index) => ({
    name: from.getBuildStage() ?? '',
    from: from.getImage() ?? '',
    instructions: all.slice(starts[index], starts[index + 1]),
  }));
}

/** The arguments of the last such instruction of the stage, which is the one that counts; undefined without any. */
export function lastOf(stage: Stage, keyword: string): Instruction | undefined {
  return stage.instructions.findLast((instruction) => instruction.getKeyword() === keyword);
}

/** The words of a command in exec form; undefined where it is one for a shell, or none. */
export function execForm(instruction: Instruction | undefined): string[] | undefined {
  if (instruction === undefined) return undefined;
  const words =
    instruction.getKeyword() === 'HEALTHCHECK' ? healthcheck(instruction as Healthcheck) : json(instruction);
  return words.length > 0 ? words : undefined;
}

export interface Copied {
  /** The stage it is taken from; undefined: the repository. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export function copiesOf({ instructions }: Stage): Copied[] {
  return instructions
    .filter((instruction): instruction is Copy => instruction.getKeyword() === 'COPY')
    .map((copy) => {
      const paths = copy.getArguments().map((argument) => argument.getValue());
      return {
        from: copy.getFromFlag()?.getValue() ?? undefined,
        sources: paths.slice(0, -1),
        target: paths.at(-1) ?? '',
      };
    });
}

function json(instruction: Instruction): string[] {
  return (instruction as JSONInstruction).getJSONStrings().map((word) => word.getJSONValue());
}

/** The parser knows exec form of CMD, but not of what follows the CMD of a health check. */
function healthcheck(instruction: Healthcheck): string[] {
  const [, command = ''] = /\bCMD\s+(\[.*\])\s*$/s.exec(instruction.getArgumentsContent() ?? '') ?? [];
  try {
    return JSON.parse(command) as string[];
  } catch {
    return [];
  }
}
