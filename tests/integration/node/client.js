// A client of the BitGo API in the manner of its SDK: signs each request with BitGo's own library and
// verifies the response's HMAC, which breaks as soon as anybody on the way changes a byte.
//
//     node client.js BASE_URL        (NODE_EXTRA_CA_CERTS names the root to trust)
//
// Logs in, makes calls on one connection, prints one JSON object a line for each of them.
'use strict';

const https = require('https');
const { calculateRequestHeaders, verifyResponse } = require('@bitgo/sdk-hmac');

const base = new URL(process.argv[2]);
const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });

function send(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const request = https.request(new URL(path, base), { method: method.toUpperCase(), headers, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function signed(token, authVersion, method, path, body) {
  const text = body ? JSON.stringify(body) : '';
  const made = calculateRequestHeaders({ url: path, text, token, method, authVersion });
  const headers = {
    'BitGo-Auth-Version': `${authVersion}.0`,
    'Auth-Timestamp': made.timestamp,
    Authorization: `Bearer ${made.tokenHash}`,
    HMAC: made.hmac,
    ...(body && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
  };
  const response = await send(method, path, headers, text || undefined);
  const verified =
    response.headers.hmac !== undefined &&
    verifyResponse({
      url: path,
      statusCode: response.status,
      text: response.text,
      timestamp: Number(response.headers.timestamp),
      token,
      hmac: response.headers.hmac,
      method,
      authVersion,
    });
  return {
    call: `${method} ${path} v${authVersion}`,
    status: response.status,
    valid: Boolean(verified && verified.isValid && verified.isInResponseValidityWindow),
    error: response.status < 400 ? undefined : JSON.parse(response.text).error,
  };
}

async function main() {
  const login = { email: 'integrator@example.com', password: 'not-a-secret', otp: '0000000' };
  const answer = await send('post', '/api/v2/user/login', { 'Content-Type': 'application/json' }, JSON.stringify(login));
  const token = JSON.parse(answer.text).access_token;
  for (const authVersion of [2, 3]) {
    for (const [method, path, body] of [
      ['get', '/api/v2/user/me'],
      ['get', '/api/v2/tbtc/wallet?limit=25&prevId=a%20b'],
      ['get', '/api/v2/user/session'],
      ['post', '/api/v2/user/unlock', { otp: '0000000', duration: 600, note: 'with “quotes” and ü' }],
    ]) {
      console.log(JSON.stringify(await signed(token, authVersion, method, path, body)));
    }
  }
  // A token that nobody knows gets an error, which carries no HMAC.
  console.log(JSON.stringify(await signed('v2x' + '8'.repeat(64), 2, 'get', '/api/v2/user/me')));
  agent.destroy();
}

main().catch((error) => {
  console.error(error.code || error.message);
  process.exit(1);
});
