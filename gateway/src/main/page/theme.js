// Light, dark, or as the system has it. A script of its own in the head, so that no page flashes in the wrong colours.
{
  let theme = '';
  try {
    theme = localStorage.getItem('theme') ?? '';
  } catch {
    // Storage is off: as the system has it.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}
