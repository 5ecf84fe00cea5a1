// A server that says on standard output, in a line of JSON, each request that it found on its connections.
const server = require('http').createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('hex');
    console.log(JSON.stringify({ method: request.method, url: request.url, body }));
    response.end('ok');
  });
});
server.on('clientError', (error, socket) => {
  console.log(JSON.stringify({ refused: error.code }));
  socket.destroy();
});
server.on('upgrade', (request, socket) => {
  console.log(JSON.stringify({ method: request.method, url: request.url, body: '' }));
  socket.destroy();
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
