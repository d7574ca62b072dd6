;; Grows its memory without end.
;; Limit: the total of memory in a store.
(module
  (;rule;)
  (;head;)
    (loop $again
      (drop (memory.grow (i32.const 1)))
      (br $again))
    (unreachable)))
