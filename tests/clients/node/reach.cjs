// Asks for a URL with one of Node's clients and prints the answer's status and body. Deno and Bun run it too.
//
//     node reach.cjs CLIENT URL
'use strict';

const https = require('node:https');

function withHttps(url, options) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (more) => { text += more; });
      response.on('end', () => resolve([response.statusCode, text]));
    });
    request.on('error', reject);
  });
}

async function withFetch(url, fetch) {
  const answer = await fetch(url);
  return [answer.status, await answer.text()];
}

async function withAxios(url, axios) {
  const answer = await axios.get(url, { validateStatus: () => true, transformResponse: (text) => text });
  return [answer.status, answer.data];
}

const clients = {
  https: (url) => withHttps(url, {}),
  agent: (url) => withHttps(url, { agent: new https.Agent({ keepAlive: false }) }),
  fetch: (url) => withFetch(url, fetch),
  axios: (url) => withAxios(url, require('axios')),
  'axios-0.21.1': (url) => withAxios(url, require('axios-0.21.1')),
  'axios-1.6.0': (url) => withAxios(url, require('axios-1.6.0')),
  'node-fetch': async (url) => withFetch(url, (await import('node-fetch')).default),
  'node-fetch-2': (url) => withFetch(url, require('node-fetch-2')),
  async superagent(url) {
    const answer = await require('superagent').get(url).ok(() => true).buffer(true);
    return [answer.status, answer.text];
  },
  async got(url) {
    const answer = await (await import('got')).default(url, { throwHttpErrors: false, retry: { limit: 0 } });
    return [answer.statusCode, answer.body];
  },
  async undici(url) {
    const answer = await require('undici').request(url);
    return [answer.statusCode, await answer.body.text()];
  },
  // BitGo's SDK makes the URL itself, of its environment.
  async '@bitgo/sdk-api'() {
    const { BitGoAPI } = require('@bitgo/sdk-api');
    const bitgo = new BitGoAPI({ env: 'test' });
    try {
      await bitgo.get(bitgo.url('/user/me', 2)).result();
      return [200, ''];
    } catch (error) {
      if (!error.status) throw error;
      return [error.status, JSON.stringify(error.result)];
    }
  },
};

clients[process.argv[2]](process.argv[3]).then(([status, text]) => {
  console.log(`${status}\n${text}`);
}, (error) => {
  console.error(error);
  process.exitCode = 1;
});
