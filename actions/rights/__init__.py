"""Rights: questions that an article answers, and the steps that an answer leads to."""
