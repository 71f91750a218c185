/** What may follow the parameters of a function in the output of LLVM's and GNU's demanglers. */
const AFTER_PARAMETERS = /^(?: (?:const|volatile|&&?|noexcept|\[[^\]]*\]|\([^)]*\)))*$/;
const OPERATOR =
  /^operator(?:\(\)|\[\]|<=>|<<=|>>=|->\*|<<|>>|<=|>=|->|==|!=|&&|\|\||\+\+|--|[-+*/%^&|]=|[-+*/%^&|~!=<>,]| (?:new|delete)(?:\[\])?| [^()]+(?=\())/;
const UNNAMED = '(anonymous namespace)';

/**
 * Only the name in a signature demangled by a linker, as LLVM's does by default:
 * `image::Picture::read` for `int image::Picture::read<short>(int, char const*) const`. Undefined
 * if it is not such a signature.
 */
export function nameOfSignature(signature: string): string | undefined {
  let name = '';
  let at = 0;
  while (at < signature.length) {
    const character = signature.charAt(at);
    const operator = isWordBegin(signature, at) && OPERATOR.exec(signature.slice(at, at + 200));
    if (operator) {
      name += operator[0];
      at += operator[0].length;
    } else if (signature.startsWith(UNNAMED, at)) {
      name += UNNAMED;
      at += UNNAMED.length;
    } else if (character === '(') {
      const end = endOf(signature, at);
      if (end === undefined || name === '') return undefined;
      // Those of a function that contains another function.
      if (signature.startsWith('::', end)) at = end;
      else return AFTER_PARAMETERS.test(signature.slice(end)) ? name : undefined;
    } else if (character === '<' || character === '[') {
      const end = endOf(signature, at);
      if (end === undefined || name === '') return undefined;
      at = end;
    } else if (character === '{') {
      const end = endOf(signature, at);
      if (end === undefined) return undefined;
      name += signature.slice(at, end);
      at = end;
    } else {
      // What came before is the type of the result.
      name = character === ' ' ? '' : name + character;
      at++;
    }
  }
  return undefined;
}

function isWordBegin(text: string, at: number): boolean {
  return text.charAt(at) === 'o' && (at === 0 || !/\w/.test(text.charAt(at - 1)));
}

const CLOSING: Record<string, string> = { '(': ')', '<': '>', '[': ']', '{': '}' };

/** The position after the bracket that closes the one here. */
function endOf(text: string, begin: number): number | undefined {
  const open: string[] = [];
  for (let at = begin; at < text.length; at++) {
    const character = text.charAt(at);
    const closing = CLOSING[character];
    if (closing !== undefined) {
      open.push(closing);
    } else if (character === open.at(-1)) {
      // An arrow does not close anything.
      if (character === '>' && text.charAt(at - 1) === '-') continue;
      open.pop();
      if (open.length === 0) return at + 1;
    }
  }
  return undefined;
}
