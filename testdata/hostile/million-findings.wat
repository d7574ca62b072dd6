;; Answers a million findings.
;; Limit: the bytes of an answer.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (drop (memory.grow (i32.const 1000)))
    (call $answer (i32.const 1000000))))
