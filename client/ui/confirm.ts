/**
 * Asks a question with the author's dialog. A part of the script, fetched with the first question. The
 * element with `data-issr-confirm-text`, or else the first `<p>`, shows the question. Resolves to true if the
 * dialog closes with a return value other than `cancel`, as by `<button value="ok">` in a `method="dialog"` form.
 */
export function askByDialog(dialog: HTMLDialogElement, question: string): Promise<boolean> {
  // Another question waits for its answer.
  if (dialog.open) return Promise.resolve(false);
  const text = dialog.querySelector('[data-issr-confirm-text]') ?? dialog.querySelector('p');
  if (text) text.textContent = question;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    const onClose = (): void => resolve(!/^(cancel)?$/.test(dialog.returnValue));
    dialog.addEventListener('close', onClose, { once: true });
  });
}
