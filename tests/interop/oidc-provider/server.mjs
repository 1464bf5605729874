// A sound authorization server (oidc-provider) with token exchange (RFC 8693) for machine clients
// and a person who signs in, and an API that takes its tokens. Both listen on loopback, on ports of
// the system's choice. Prints one line of JSON when they are ready; ends with its standard input.
//
//   node server.mjs '{"jwks": {"keys": [...]}, "secret": "...", "nonce": true}'
//
// jwks: public keys of the clients that sign assertions; secret: of the client `reporter`;
// nonce: DPoP proofs need a nonce of the server.
import * as crypto from 'node:crypto';
import http from 'node:http';
import {
  calculateJwkThumbprint, createLocalJWKSet, EmbeddedJWK, exportJWK, generateKeyPair, jwtVerify,
} from 'jose';
import { Provider, errors } from 'oidc-provider';
import validateDpop, { checkDpopReplay } from './node_modules/oidc-provider/lib/helpers/validate_dpop.js';

const { jwks, secret, nonce = false } = JSON.parse(process.argv[2]);
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const READ = [ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt'];

const listen = (server) => new Promise((done) => {
  server.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${server.address().port}`));
});
const api = http.createServer();
const authorization = http.createServer();
const apiAddress = `${await listen(api)}/`;
const issuer = await listen(authorization);

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const signing = { ...(await exportJWK(privateKey)), kid: 'as-1', alg: 'ES256', use: 'sig' };
const { d, ...published } = signing;
const verifier = createLocalJWKSet({ keys: [published] });

const resources = {
  'https://orders.example': 'read write',
  'https://ledger.example': 'read write',
  [apiAddress]: 'read',
};
const jwt = { accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' } } };
const machine = {
  redirect_uris: [], response_types: [], grant_types: ['client_credentials', EXCHANGE], scope: 'read write',
};
const asserting = {
  ...machine, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', jwks,
};

const provider = new Provider(issuer, {
  jwks: { keys: [signing] },
  scopes: ['openid', 'read', 'write'],
  clients: [
    { ...asserting, client_id: 'planner' },
    { ...asserting, client_id: 'researcher' },
    { ...asserting, client_id: 'payer' },
    { ...asserting, client_id: 'vault', dpop_bound_access_tokens: true },
    { ...machine, client_id: 'reporter', client_secret: secret },
    {
      client_id: 'app', application_type: 'native', token_endpoint_auth_method: 'none', scope: 'openid read write',
      redirect_uris: ['http://127.0.0.1/', 'http://127.0.0.1/callback'], grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  extraTokenClaims: (ctx, token) => token.extra,
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    dPoP: { enabled: true, nonceSecret: crypto.randomBytes(32), requireNonce: () => nonce },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo(ctx, resource) {
        if (!resources[resource]) throw new errors.InvalidTarget();
        return { scope: resources[resource], audience: resource, ...jwt };
      },
    },
  },
});

// What RFC 8693 leaves to the server: the actor token's subject becomes the outermost actor, scope
// can only shrink, `may_act` is kept to.
const words = (scope) => (scope ?? '').split(' ').filter(Boolean);
provider.registerGrantType(EXCHANGE, async (ctx) => {
  const { params, client } = ctx.oidc;
  for (const name of ['subject_token', 'subject_token_type']) {
    if (!params[name]) throw new errors.InvalidRequest(`missing required parameter(s) ${name}`);
  }
  if (Boolean(params.actor_token) !== Boolean(params.actor_token_type)) {
    throw new errors.InvalidRequest('actor_token and actor_token_type go together');
  }
  for (const name of ['subject_token_type', 'actor_token_type', 'requested_token_type']) {
    if (params[name] && !READ.includes(params[name])) {
      throw new errors.InvalidRequest(`${name} is not supported`);
    }
  }
  const proof = await validateDpop(provider, ctx);
  const read = async (token, name) => {
    try {
      return (await jwtVerify(token, verifier, { issuer, typ: 'at+jwt' })).payload;
    } catch {
      throw new errors.InvalidRequest(`${name} is not acceptable`);
    }
  };
  const subject = await read(params.subject_token, 'subject_token');
  const actor = params.actor_token && await read(params.actor_token, 'actor_token');
  if (actor && actor.client_id !== client.clientId) {
    throw new errors.InvalidRequest('actor_token is not of the client that asks');
  }
  if (subject.may_act && subject.may_act.sub !== actor?.sub) {
    throw new errors.InvalidRequest('actor is not named by may_act');
  }
  const resource = params.resource ?? params.audience;
  if (typeof resource !== 'string' || !resources[resource]) throw new errors.InvalidTarget('unknown target');
  const held = words(subject.scope);
  const asked = params.scope ? words(params.scope) : held;
  const beyond = asked.filter((scope) => !held.includes(scope));
  if (beyond.length) throw new errors.InvalidScope('scope exceeds the subject token', beyond.join(' '));

  const token = new provider.AccessToken({ client, accountId: subject.sub, gty: 'token_exchange' });
  token.resourceServer = new provider.ResourceServer(resource, {
    scope: resources[resource], audience: resource, ...jwt,
  });
  token.scope = asked.filter((scope) => words(resources[resource]).includes(scope)).join(' ');
  token.extra = actor ? { act: { sub: actor.sub, ...(subject.act && { act: subject.act }) } } : { act: subject.act };
  if (proof) {
    await checkDpopReplay(provider, ctx, proof, client.clientId);
    token.setThumbprint('jkt', proof.thumbprint);
  } else if (client.dpopBoundAccessTokens || subject.cnf) {
    throw new errors.InvalidGrant('DPoP proof JWT not provided');
  }
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: ACCESS_TOKEN,
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope: token.scope,
  };
}, [
  'audience', 'resource', 'scope', 'requested_token_type', 'subject_token', 'subject_token_type', 'actor_token',
  'actor_token_type',
], ['audience', 'resource']);
provider.on('server_error', (ctx, error) => console.error(error));
authorization.on('request', provider.callback());

// The API: signature, issuer, audience, lifetime, type and, of a bound token, the proof (RFC 9449).
const proofs = new Set();
const required = crypto.randomBytes(8).toString('hex');
api.on('request', async (request, response) => {
  const end = (status, headers = {}, body = '') => { response.writeHead(status, headers); response.end(body); };
  try {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (!token) return end(401, { 'www-authenticate': 'DPoP algs="ES256", Bearer' });
    const { payload } = await jwtVerify(token, verifier, { issuer, audience: apiAddress, typ: 'at+jwt' });
    if (payload.cnf?.jkt) {
      if (scheme.toLowerCase() !== 'dpop') throw new Error('a bound token as Bearer');
      const { payload: proof, protectedHeader } = await jwtVerify(
        request.headers.dpop ?? '', EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] },
      );
      if (nonce && proof.nonce !== required) {
        return end(401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': required });
      }
      const ath = crypto.createHash('sha256').update(token).digest('base64url');
      const fits = proof.htm === request.method && proof.htu === `http://${request.headers.host}${request.url}`
        && proof.ath === ath && !proofs.has(proof.jti) && Math.abs(Date.now() / 1000 - proof.iat) < 60
        && await calculateJwkThumbprint(protectedHeader.jwk) === payload.cnf.jkt;
      if (!fits) throw new Error('the proof does not fit');
      proofs.add(proof.jti);
    } else if (scheme.toLowerCase() !== 'bearer') throw new Error('scheme');
    return end(200, { 'content-type': 'application/json' }, JSON.stringify({ sub: payload.sub, act: payload.act }));
  } catch (error) {
    const why = String(error.message).replace(/[^ -~]|"/g, '');
    return end(401, { 'www-authenticate': `Bearer error="invalid_token", error_description="${why}"` });
  }
});

console.log(JSON.stringify({ issuer, api: apiAddress }));
process.stdin.on('end', () => process.exit()).resume();
