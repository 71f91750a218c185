import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { ClassificationHandler, EventKind, InvocationEvent } from 'wasmedge-embed/lambda';

/** What a client sends, before a service converts it to an event. */
export interface HttpRequest {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: string | null;
  isBase64Encoded?: boolean;
}

type Full = Required<HttpRequest>;

const lists = (values: Readonly<Record<string, string>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));

/** Some services pass names on as the client wrote them. */
const capitalized = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  );

function restEvent({ method, headers, query, body, isBase64Encoded }: Full): APIGatewayProxyEvent {
  const identity = { sourceIp: '192.0.2.1', userAgent: 'curl/8.14.1' };
  return {
    resource: '/classify',
    path: '/classify',
    httpMethod: method,
    headers: capitalized(headers),
    multiValueHeaders: lists(capitalized(headers)),
    queryStringParameters: Object.keys(query).length > 0 ? query : null,
    multiValueQueryStringParameters: Object.keys(query).length > 0 ? lists(query) : null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdefghij',
      authorizer: undefined,
      protocol: 'HTTP/1.1',
      httpMethod: method,
      identity: identity as APIGatewayProxyEvent['requestContext']['identity'],
      path: '/prod/classify',
      stage: 'prod',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      requestTimeEpoch: 1_583_348_638_390,
      resourceId: '123456',
      resourcePath: '/classify',
    },
    body,
    isBase64Encoded,
  };
}

function versionTwo(
  domainName: string,
  { method, headers, query, body, isBase64Encoded }: Full,
): APIGatewayProxyEventV2 {
  const rawQueryString = new URLSearchParams(query).toString();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/classify',
    rawQueryString,
    headers,
    ...(rawQueryString && { queryStringParameters: query }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdefghij',
      domainName,
      domainPrefix: 'abcdefghij',
      http: {
        method,
        path: '/classify',
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'curl/8.14.1',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2026:05:16:23 +0000',
      timeEpoch: 1_583_348_638_390,
    },
    // Omitted if there is none.
    ...(body !== null && { body }),
    isBase64Encoded,
  };
}

function albEvent(isMultiValue: boolean, request: Full): ALBEvent {
  const { method, headers, query, body, isBase64Encoded } = request;
  return {
    requestContext: {
      elb: {
        targetGroupArn:
          'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/lambda/49e9d65c45c6791a',
      },
    },
    httpMethod: method,
    path: '/classify',
    ...(isMultiValue
      ? { multiValueQueryStringParameters: lists(query), multiValueHeaders: lists(headers) }
      : { queryStringParameters: query, headers }),
    body: body ?? '',
    isBase64Encoded,
  };
}

function latticeEvent(request: Full): unknown {
  const { method, headers, query, body, isBase64Encoded } = request;
  return {
    version: '2.0',
    path: '/classify',
    method,
    headers: lists(headers),
    queryStringParameters: lists(query),
    ...(body !== null && { body, isBase64Encoded }),
    requestContext: {
      serviceNetworkArn:
        'arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-0bf3f2882e9cc805a',
      serviceArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0a40eebed65f8d69c',
      targetGroupArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-6d0ecf831eec9f09',
      identity: { sourceVpcArn: 'arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0b8276c84697e7339' },
      region: 'eu-west-1',
      timeEpoch: '1690497599177430',
    },
  };
}

function invocationEvent({ headers, query, body, isBase64Encoded }: Full): InvocationEvent {
  return {
    body,
    ...(isBase64Encoded && { isBase64Encoded }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
  };
}

const MAKERS: Readonly<Record<Exclude<EventKind, 'schedule'>, (request: Full) => unknown>> = {
  'rest-api': restEvent,
  'http-api': (request) => versionTwo('abcdefghij.execute-api.eu-west-1.amazonaws.com', request),
  'function-url': (request) => versionTwo('abcdefghij.lambda-url.eu-west-1.on.aws', request),
  'load-balancer': (request) => albEvent(false, request),
  'load-balancer-multi-value': (request) => albEvent(true, request),
  'vpc-lattice': latticeEvent,
  invocation: invocationEvent,
};

/** The kinds that contain a request. */
export type RequestKind = keyof typeof MAKERS;
export const EVENT_KINDS = Object.keys(MAKERS) as RequestKind[];
/** Those that contain a method. */
export const HTTP_KINDS = EVENT_KINDS.filter((kind) => kind !== 'invocation');

/** The event that a service of this kind creates from a request. */
export function eventOf(kind: RequestKind, request: HttpRequest): unknown {
  return MAKERS[kind]({
    method: 'POST',
    headers: {},
    query: {},
    body: null,
    isBase64Encoded: false,
    ...request,
  });
}

/** A context with this much time left. */
export function lambdaContext(remainingMs = 30_000): Context {
  const end = performance.now() + remainingMs;
  return {
    awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
    functionName: 'image-classification',
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  } as Context;
}

/** What clients of all kinds receive, whatever the form of the answer. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Invokes a handler and interprets its answer by the rules of the event's kind. */
export async function invoke(
  handler: ClassificationHandler,
  kind: RequestKind,
  request: HttpRequest,
  context: Context = lambdaContext(),
): Promise<Answer> {
  const event = eventOf(kind, request) as APIGatewayProxyEventV2;
  return readAnswer(kind, await handler(event, context));
}

/** Interprets an answer like the service behind this kind of event. */
export function readAnswer(kind: EventKind, result: unknown): Answer {
  const { statusCode, headers, multiValueHeaders, body } = result as {
    statusCode: number;
    headers?: Record<string, string>;
    multiValueHeaders?: Record<string, string[]>;
    body: string;
  };
  const isMultiValue = kind === 'load-balancer-multi-value';
  const single = isMultiValue
    ? Object.fromEntries(
        Object.entries(multiValueHeaders!).map(([name, values]) => [name, values.join(', ')]),
      )
    : headers!;
  return { status: statusCode, headers: single, body };
}
