// Goes through the sign-in pages of oidc-provider as the person named, from the address given to
// the last redirect, as a browser would.
//
//   node browser.mjs ADDRESS PERSON
const [, , address, person] = process.argv;
const cookies = new Map();

const go = async (url, form) => {
  for (let hops = 0; hops < 20; hops += 1) {
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split('=');
      if (value) cookies.set(name, value); else cookies.delete(name);
    }
    const to = answer.headers.get('location');
    if (!to) return { url, status: answer.status, text: await answer.text() };
    url = new URL(to, url).href;
    form = undefined;
  }
  throw new Error('too many redirects');
};

let page = await go(address);
for (let pages = 0; pages < 4; pages += 1) {
  const form = /<form[^>]*action="([^"]+)"/.exec(page.text);
  if (!form) break;
  const prompt = /name="prompt" value="([^"]+)"/.exec(page.text)?.[1];
  const fields = prompt === 'login' ? { prompt, login: person, password: 'x' } : { prompt };
  page = await go(new URL(form[1], page.url).href, fields);
}
console.log(page.status, page.text.replace(/<[^>]+>|\s+/g, ' ').trim().slice(0, 500));
