// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Puts resources of a ROS template through the vendor's validators (npm @alicloud/ros-cdk-*). Standard input: {"ID": {"Type", "Properties"}}, all
// functions filled in. Standard output: {"ID": null or what is wrong}. A type that these packages do not have is wrong as well.
import core from '@alicloud/ros-cdk-core';
import cms from '@alicloud/ros-cdk-cms';
import fc3 from '@alicloud/ros-cdk-fc3';
import ram from '@alicloud/ros-cdk-ram';
import sls from '@alicloud/ros-cdk-sls';
import { readFileSync } from 'node:fs';

// Their keys are the users' own, not property names.
const MAPS = new Set(['EnvironmentVariables', 'TriggerConfig', 'Resources']);

const classes = new Map();
for (const library of [cms, fc3, ram, sls]) {
  for (const [name, found] of Object.entries(library)) {
    if (name.startsWith('Ros') && found?.ROS_RESOURCE_TYPE_NAME) classes.set(found.ROS_RESOURCE_TYPE_NAME, found);
  }
}

// AlwaysAllocateCPU -> alwaysAllocateCpu, as the packages name their members.
function memberName(property) {
  const words = property.match(/[A-Z]+(?![a-z])|[A-Z][a-z0-9]*/g) ?? [property];
  return words.map((word, i) => (i === 0 ? '' : word[0]) + (i === 0 ? word : word.slice(1)).toLowerCase()).join('');
}

function members(value) {
  if (Array.isArray(value)) return value.map(members);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [memberName(key), MAPS.has(key) ? item : members(item)]));
}

// Properties that were given and that the vendor's rendering does not know any more.
function lost(given, rendered, place = '') {
  if (given === null || typeof given !== 'object') return [];
  return Object.entries(given).flatMap(([key, item]) => {
    if (rendered?.[key] === undefined) return [place + key];
    return MAPS.has(key) ? [] : lost(item, rendered[key], `${place}${key}.`);
  });
}

function check({ Type, Properties }) {
  const Class = classes.get(Type);
  if (!Class) return `there is no type ${Type}`;
  try {
    const stack = new core.Stack(new core.App(), 'check');
    const resource = new Class(stack, 'it', members(Properties), true);
    const rendered = stack.resolve(resource.renderProperties(resource.rosProperties));
    const unknown = lost(Properties, rendered);
    return unknown.length ? `there are no properties ${unknown.join(', ')}` : null;
  } catch (error) {
    return String(error.message).replace(/\s+/g, ' ');
  }
}

const resources = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(Object.fromEntries(Object.entries(resources).map(([id, resource]) => [id, check(resource)]))));
