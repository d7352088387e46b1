"""The Ask tab's own component: photo, second look, answer and cost, in one piece because lines cross it."""
