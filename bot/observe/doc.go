// Package observe shows an operator how the assistant is doing: metrics for Prometheus, traces for OpenTelemetry, and logs.
//
// None of it tells who wrote or what was written. Labels are of closed lists (channel, outcome, kind, topic), never a chat, a name
// or a word; a topic stands with no channel and no country, so that a rise of one tells of nobody. Spans bear no topic at all:
// a span is one message at one moment.
//
// Each user knows a small interface of its own (bot.Observer, outbox.Observer, reminders' observer), which *Metrics or
// *Answers satisfies; without one nothing is counted.
package observe
