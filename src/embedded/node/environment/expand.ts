/** Replaces `$(NAME)` by its value; `$$` stands for one `$`, and unknown names stay as they are. */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, form: string, name: string | undefined) => {
    if (form === '$') return '$';
    return (name !== undefined ? lookup(name) : undefined) ?? whole;
  });
}
