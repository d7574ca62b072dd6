;; A finding about a fact that it was not given.
;; Limit: the number of facts.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (drop (call $answer (i32.const 1)))
    (i32.store (i32.const 4096) (local.get $count))
    (i32.const 512)))
