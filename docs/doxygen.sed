# Doxygen's filter: the headers use plain comments; those before and behind a declaration become its
# own kind. What follows the namespace (std::hash) is not the interface.
/^}  \/\/ namespace luthier$/q
/^ *\/\//s/</\\</g
s/^( *)\/\/ /\1\/\/\/ /
s/([;,{}]) +\/\/ /\1 \/\/\/< /
