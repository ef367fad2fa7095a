/** Looks like what it is: a list to read in a hurry, on a phone too, by day and by night. */
export const style = `
:root {
  color-scheme: light dark;
  --back: light-dark(#fbfbf9, #15181c);
  --card: light-dark(#fff, #1d2126);
  --text: light-dark(#1d2126, #e7e9ec);
  --quiet: light-dark(#565d66, #a9b1ba);
  --line: light-dark(#d6d9dd, #3a4048);
  --link: light-dark(#0b57a4, #8ec2ff);
  --held: light-dark(#8a4b00, #ffc46b);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--back);
  color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
header, main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; justify-content: space-between; }
header a { color: inherit; font-size: 1.25rem; font-weight: 600; text-decoration: none; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label { display: grid; font-size: .875rem; color: var(--quiet); }
input, button {
  font: inherit;
  padding: .5rem .75rem;
  border: 1px solid var(--quiet);
  border-radius: .375rem;
  background: var(--card);
  color: var(--text);
}
input { width: min(24rem, 70vw); }
button { cursor: pointer; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
meter { width: min(20rem, 100%); height: 1rem; }
ul.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
.status { color: var(--held); font-weight: 600; }
.quiet { color: var(--quiet); }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
dl + dl { margin-top: .25rem; }
dl + h3 { margin-top: 1rem; }
ol.story { margin: 0; padding-left: 1.25rem; display: grid; gap: .5rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd + dt { margin-top: .5rem; } }
`
