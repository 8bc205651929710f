// On paper nothing can be scrolled into view.
const done = arguments[arguments.length - 1];
done([...document.querySelectorAll('.table')]
  .filter(table => table.scrollWidth > table.clientWidth)
  .map(table => `paper cuts a table of ${table.scrollWidth} px at ${table.clientWidth} px`));
