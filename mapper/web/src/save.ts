/** Give the reader a file: it goes from the page to the device and nowhere else. */

/** Offer the content for saving under the name. */
export function save(page: Document, name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = page.createElement("a");
  link.href = address;
  link.download = name;
  page.body.append(link);
  link.click();
  link.remove();
  // The browser has taken the content over once the click is done with.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
