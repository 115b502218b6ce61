// Nest's microservices on RabbitMQ. `noAck: false`, so that handlers acknowledge; without decorators,
// which no Node runs: they are functions, and can be called as such.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { methods } from './methods.mjs';

class Bench {}
class App {}

/** @param {{ amqpUrl: string, topic: string, noDelay: boolean }} options */
export async function startServer(options) {
  for (const [name, method] of Object.entries(methods)) addHandler(name, method);
  Controller()(Bench);
  Module({ controllers: [Bench] })(App);
  const app = await NestFactory.createMicroservice(App, {
    transport: Transport.RMQ,
    options: { ...rmqOptions(options), noAck: false },
    logger: false,
  });
  await app.listen();
  return { stop: () => app.close() };
}

/** @param {{ amqpUrl: string, topic: string, noDelay: boolean }} options */
export async function openClient(options) {
  const client = ClientProxyFactory.create({
    transport: Transport.RMQ,
    options: rmqOptions(options),
  });
  await client.connect();
  const call = (method, args) => firstValueFrom(client.send(method, args));
  return {
    call,
    cast: (method, args) => firstValueFrom(client.emit(method, args), { defaultValue: undefined }),
    ping: () => call('ping', {}),
    close: () => client.close(),
  };
}

function rmqOptions({ amqpUrl, topic, noDelay }) {
  return {
    urls: [amqpUrl],
    queue: topic,
    queueOptions: { durable: false, autoDelete: true },
    ...(noDelay && { socketOptions: { connectionOptions: { noDelay } } }),
  };
}

/** As a class would have it: `@MessagePattern(name) async name(@Payload() args, @Ctx() context)`. */
function addHandler(name, method) {
  Bench.prototype[name] = async (args, context) => {
    const result = await method(args);
    context.getChannelRef().ack(context.getMessage());
    return result;
  };
  const pattern = name === 'note' ? EventPattern(name) : MessagePattern(name);
  pattern(Bench.prototype, name, Object.getOwnPropertyDescriptor(Bench.prototype, name));
  Payload()(Bench.prototype, name, 0);
  Ctx()(Bench.prototype, name, 1);
}
